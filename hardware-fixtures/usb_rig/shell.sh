# The guest's shell: udevd and usbmuxd run, nothing else. Try:
#   $PYTHON -m virtual_phones.bench /run/job/scenario.toml --usb &      phones on root ports (paths: see lsusb -t)
#   $PYTHON -m usb_rig.inside --log --only tools-android                one scenario with its log
/usr/lib/systemd/systemd-udevd --daemon 2>/dev/null
(usbmuxd -f -p >/run/job/usbmuxd.log 2>&1 &)
sed -n 's/^#//p' "$0"
exec /bin/bash -i
