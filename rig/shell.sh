# The guest's shell: udevd, usbmuxd and an adb server run, and the phones of one scenario hang on root ports. Try:
#   lsusb; adb devices -l; idevice_id -l; fastboot devices; udevadm monitor
#   cat /sys/bus/usb/devices/1-1/serial
# `exit` powers the guest off.
sed -n 's/^#//p' "$0"
exec "$PYTHON" -m rig.inside --hold "${USB_RIG_SCENARIO:-honest}"
