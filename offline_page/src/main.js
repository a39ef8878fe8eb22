import { bytesFromBase64, inflated } from "./packing.js";
(async()=>{
const code = await inflated(bytesFromBase64(document.getElementById("worker").textContent));
const w = new Worker(URL.createObjectURL(new Blob([code],{type:"text/javascript"})));
const t0=performance.now();
w.onmessage=(e)=>{console.log((performance.now()-t0).toFixed(0), JSON.stringify(e.data)); window.last=e.data; if(e.data.kind!=='step'&&window.got) window.got(e.data)};
w.onerror=(e)=>{console.log("ERR",e.message)};
window.w=w;
w.postMessage({kind:"boot",archive:document.getElementById("archive").textContent});
})();
