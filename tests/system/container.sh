#!/bin/bash
# container.sh: builds the image as doc/containers.md says, from the package in build/deb, runs it with
# buildah in a network of its own, and looks whether it keeps what the page promises. Needs root.
. "$(dirname "$0")/common.sh"

work=$TOP/build/container
# Everything that buildah writes is there.
export CONTAINERS_STORAGE_CONF=$work/storage.conf BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs

clean_up() {
	buildah rm -a > /dev/null 2>&1 || true
	buildah rmi -a -f > /dev/null 2>&1 || true
	rm -rf --one-file-system "$work"
}

prepare() {
	mkdir -p "$work/build"
	ln -s "$TOP/doc" "$work/doc"
	ln -s "$TOP/build/deb" "$work/build/deb"
	cat > "$work/storage.conf" <<-CONF
		[storage]
		driver = "vfs"
		graphroot = "$work/storage"
		runroot = "$work/run"
	CONF
}

# The commands of the page, but for the package, which is there.
build_image() {
	sed -n '/^## Make an image/,/^## /s/^    //p' "$TOP/doc/containers.md" | grep -vx './dev deb' > "$work/commands"
	grep -q '^buildah bud ' "$work/commands" || {
		echo "not ok - doc/containers.md does not say how to make the image"
		exit 1
	}
	(cd "$work" && bash -euo pipefail commands > "$work/build.log" 2>&1) || {
		tail -n 40 "$work/build.log"
		echo "not ok - the commands of doc/containers.md fail"
		exit 1
	}
	echo "ok - the commands of doc/containers.md make an image of $(($(stat -c %s "$work/root.tar") / 1000000)) MB"
}

[ "$(id -u)" -eq 0 ] || {
	echo "root is needed to run a container without podman"
	exit 1
}
clean_up
trap clean_up EXIT
prepare
build_image
unshare --net "$TOP/tests/system/container.py" "$work/volume"
