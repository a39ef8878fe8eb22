#!/bin/busybox sh
# /init of the guest: modules, the host's root read-only under an overlay, then /run/job/run.sh of the job folder.
# The last line it prints is USB-RIG-EXIT and the exit status of that script.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do
  insmod "/modules/$module" || echo "rig: no $module"
done < /modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /lower
mount -t tmpfs -o size=80% upper /upper
mkdir /upper/changes /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work root /new
mount --bind /proc /new/proc
mount --bind /sys /new/sys
mount --bind /dev /new/dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount --bind /dev/pts /new/dev/pts
mount --bind /dev/shm /new/dev/shm
mount -t tmpfs run /new/run
mkdir -p /new/run/job /new/run/lock /new/run/rig
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none job /new/run/job
ip link set lo up
ulimit -n 65536
hostname usb-rig
chroot /new stdbuf -oL dmesg --follow > /new/run/job/kernel.log &
if [ -e /new/run/job/interactive ]; then
  setsid cttyhack chroot /new /bin/sh /run/job/run.sh
else
  chroot /new /bin/sh /run/job/run.sh
fi
status=$?
echo "USB-RIG-EXIT $status"
sync
poweroff -f
