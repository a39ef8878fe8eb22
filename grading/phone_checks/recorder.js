// SPDX-License-Identifier: GPL-3.0-or-later
// Runs beside the sound: hands over what the microphone hears, with the number of its first sample.

class Recorder extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]) this.port.postMessage({ from: currentFrame, samples: input[0].slice() });
    return true;
  }
}

registerProcessor("recorder", Recorder);
