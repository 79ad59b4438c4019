#!/bin/bash
# fresh.sh [SUITE]: in a new Debian with only the checkout, follows README.md: ./dev run, clients
# chat, ./dev deb and its installation while another program holds apt's lock for a while, ./dev
# check.
. "$(dirname "$0")/common.sh"

suite=${1:-bookworm}
root=$WORK/$suite-fresh

if (exec 3<> /dev/tcp/127.0.0.1/6667) 2> /dev/null; then
	echo "not ok - something listens on 127.0.0.1:6667 already; ./dev run cannot"
	exit 1
fi

make_root "$suite" "$root"
copy_checkout "$root/root/papod"
cat > "$root/root/steps.sh" <<'STEPS'
#!/bin/bash
set -uo pipefail
cd /root/papod || exit

./dev run > /root/run.log 2>&1 < /dev/null &
server=$!
# The deadline is for slow mirrors and one core.
for ((seconds = 0; seconds < 900; seconds++)); do
	(exec 3<> /dev/tcp/127.0.0.1/6667) 2> /dev/null && break
	kill -0 "$server" 2> /dev/null || break
	sleep 1
done
if ! (exec 3<> /dev/tcp/127.0.0.1/6667) 2> /dev/null; then
	tail -n 40 /root/run.log
	echo "not ok - ./dev run ends with a listening server"
	exit 1
fi
echo "ok - ./dev run ends with a listening server, after $seconds s"

apt-get -qqy install --no-install-recommends chromium irssi limnoria openssl python3 tmux weechat-headless weechat-plugins znc > /root/clients.log 2>&1 ||
	{ cat /root/clients.log; exit 1; }
[ -z "$(apt-cache search --names-only '^senpai$')" ] || apt-get -qqy install --no-install-recommends senpai
status=0
PAPOD=$PWD/build/papod tests/system/clients.py --port 6667 || status=1
kill -INT "$server"
if wait "$server"; then
	echo "ok - Ctrl-C ends it"
else
	tail -n 40 /root/run.log
	echo "not ok - Ctrl-C ends it"
	status=1
fi

# step STATUS NAME LOG
step() {
	local result=$1 name=$2 log=$3

	tail -n "$((result ? 60 : 8))" "$log"
	[ "$result" -eq 0 ] || status=1
	echo "$([ "$result" -eq 0 ] || echo "not ")ok - $name"
}

# The commands that README.md indents under "## Install it".
install_commands() { awk '/^## / { inside = $0 == "## Install it" } inside && sub(/^    /, "")' README.md; }

# Like a new machine whose unattended-upgrades has just begun. shellcheck disable=SC2016
coproc holder { exec python3 -c '
import fcntl, sys
lock = open("/var/lib/apt/lists/lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()'; }
read -r <&"${holder[0]}"
{
	echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/99fresh
	install_commands > /root/install.sh
	: > /root/install.log
	bash -e /root/install.sh > /root/install.log 2>&1 &
	installer=$!
	while kill -0 "$installer" 2> /dev/null && ! grep -q 'waiting for it' /root/install.log; do
		sleep 1
	done
	kill "$holder_PID"
	wait "$installer"
}
step $? "what README.md says under \"Install it\" installs the package" /root/install.log
grep -q "dev: another program holds apt's lock" /root/install.log && grep -q './dev deb' /root/install.sh
step $? "./dev waits for apt's lock" /root/install.log
{ papod --version && papod --check && dpkg --verify papod &&
	[ "$(dpkg -L papod | grep -cE '/system/papod.(socket|service)$|/man8/papod.8|/man7/papod-irc.7')" -eq 4 ]; } > /root/installed.log 2>&1
step $? "the installed papod has a good configuration, its units and its manual" /root/installed.log

./dev check > /root/check.log 2>&1
step $? "./dev check passes" /root/check.log
exit "$status"
STEPS
inside "$root" bash /root/steps.sh | tee "$WORK/$suite-fresh.log"
echo "$suite: $(grep -c '^ok' "$WORK/$suite-fresh.log") passed, $(grep -c '^not ok' "$WORK/$suite-fresh.log" || true) failed"
