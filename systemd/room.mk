# Units, and where they go. configure --with-systemdsystemunitdir=no installs none of it.
SERVICES = %D%/papod.service %D%/papod-gate.service %D%/papod-gate-certificates.service \
	%D%/papod-acme.service %D%/papod-auth-pam.service %D%/papod-mail@.service \
	%D%/papod-push.service %D%/papod-lookup.service
OTHER_UNITS = %D%/papod.socket %D%/papod-gate.socket %D%/papod-gate-handover.socket \
	%D%/papod-control.socket %D%/papod-auth-pam.socket %D%/papod-mail.socket %D%/papod-push.socket \
	%D%/papod-lookup.socket \
	%D%/papod-gate-certificates.path %D%/papod-gate-changed.service %D%/papod-acme.timer
EXTRA_DIST += %D%/papod.service.in %D%/papod-gate.service.in %D%/papod-gate-certificates.service.in \
	%D%/papod-acme.service.in %D%/papod-auth-pam.service.in %D%/papod-mail@.service.in %D%/papod-push.service.in \
	%D%/papod-lookup.service.in \
	$(OTHER_UNITS) %D%/papod.sysusers
# Made from those of the first papod.
INSTANCE_UNITS = %D%/papod@.service %D%/papod@.socket %D%/papod-gate@.service %D%/papod-gate@.socket \
	%D%/papod-gate-handover@.socket %D%/papod-control@.socket
EXTRA_DIST += %D%/instance.sed
noinst_DATA += $(SERVICES) $(INSTANCE_UNITS)
CLEANFILES += $(SERVICES) $(INSTANCE_UNITS)

systemdexamplesdir = $(docdir)/examples/systemd
dist_systemdexamples_DATA = \
	%D%/examples/credential.conf \
	%D%/examples/own-sockets.conf \
	%D%/examples/papod-backup.service \
	%D%/examples/papod-backup.timer \
	%D%/examples/papod-notify@.service \
	%D%/examples/public.conf

if HAVE_SYSTEMD_UNITS
systemdunitdir = $(systemdsystemunitdir)
systemdunit_DATA = $(SERVICES) $(OTHER_UNITS) $(INSTANCE_UNITS)
dist_pkglibexec_SCRIPTS = %D%/papod-acme
install-data-hook:
	$(MKDIR_P) $(DESTDIR)$(systemdsysusersdir)
	$(INSTALL_DATA) $(srcdir)/%D%/papod.sysusers $(DESTDIR)$(systemdsysusersdir)/papod.conf
uninstall-hook:
	rm -f $(DESTDIR)$(systemdsysusersdir)/papod.conf
endif

FILL_IN_UNIT = $(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' \
	$(srcdir)/$@.in > $@.tmp && mv $@.tmp $@
%D%/papod.service: %D%/papod.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-gate.service: %D%/papod-gate.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-gate-certificates.service: %D%/papod-gate-certificates.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-acme.service: %D%/papod-acme.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-auth-pam.service: %D%/papod-auth-pam.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-mail@.service: %D%/papod-mail@.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-push.service: %D%/papod-push.service.in Makefile
	$(FILL_IN_UNIT)
%D%/papod-lookup.service: %D%/papod-lookup.service.in Makefile
	$(FILL_IN_UNIT)

FILL_IN_INSTANCE = $(AM_V_GEN)$(MKDIR_P) $(@D) && sed -E -f $(srcdir)/%D%/instance.sed $< | \
	sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' > $@.tmp && mv $@.tmp $@
%D%/papod@.service: %D%/papod.service.in %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
%D%/papod-gate@.service: %D%/papod-gate.service.in %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
%D%/papod@.socket: %D%/papod.socket %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
%D%/papod-gate@.socket: %D%/papod-gate.socket %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
%D%/papod-gate-handover@.socket: %D%/papod-gate-handover.socket %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
%D%/papod-control@.socket: %D%/papod-control.socket %D%/instance.sed Makefile
	$(FILL_IN_INSTANCE)
