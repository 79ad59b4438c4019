# Makes the unit of an instance from that of the first papod, such as papod@.service from
# papod.service, with sed -E. All that a papod owns on the machine gets the name of the instance, so
# that instances share nothing but their users.
s/^(Description=papod IRC server)/\1 %i/
s/\bpapod(-gate-handover|-gate|-control)?\.(service|socket)/papod\1@%i.\2/g
s,/run/papod(-gate)?/,&%i/,
s,^(Exec[A-Za-z]*=.*/papod(-gate)?)( --check)?$,\1 --config @sysconfdir@/papod/instances/%i/papod.conf\3,
s,^ExecStart=.*/papod-gate .*,& --handover /run/papod-gate/%i/handover.sock,
s/^(StateDirectory|RuntimeDirectory)=(papod.*)/\1=\2@%i/
# All addresses come from the papod.conf of the instance. A socket unit must have one before.
/^# Only this machine, until the administrator decides otherwise/,/^# it into force\.|^# papod-generator makes a drop-in that replaces/d
/^ListenStream=(127\.0\.0\.1|\[::1\]):/d
s,^FileDescriptorName=tls,ListenStream=/run/papod-gate/%i/tls.sock\n&,
# One unit to enable, start and stop.
/^Description=.* listening sockets$/a Wants=papod@%i.service papod-gate@%i.socket papod-gate@%i.service
/^\[Install\]$/{
N
/\nWantedBy=sockets\.target$/!Q
}
