#!/bin/bash
# In a new Debian with only the checkout: ./dev run, people chat, ./dev check: fresh.sh [SUITE]
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
set -euo pipefail
cd /root/papod

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

apt-get -qqy install --no-install-recommends irssi limnoria python3 tmux weechat-headless weechat-plugins znc > /root/clients.log 2>&1 ||
	{ cat /root/clients.log; exit 1; }
[ -z "$(apt-cache search --names-only '^senpai$')" ] || apt-get -qqy install --no-install-recommends senpai
status=0
tests/system/clients.py --port 6667 || status=1
kill -INT "$server"
if wait "$server"; then
	echo "ok - Ctrl-C ends it"
else
	tail -n 40 /root/run.log
	echo "not ok - Ctrl-C ends it"
	status=1
fi

if ./dev check > /root/check.log 2>&1; then
	tail -n 8 /root/check.log
	echo "ok - ./dev check passes"
else
	tail -n 60 /root/check.log
	echo "not ok - ./dev check passes"
	status=1
fi
exit "$status"
STEPS
inside "$root" bash /root/steps.sh | tee "$WORK/$suite-fresh.log"
echo "$suite: $(grep -c '^ok' "$WORK/$suite-fresh.log") passed, $(grep -c '^not ok' "$WORK/$suite-fresh.log" || true) failed"
