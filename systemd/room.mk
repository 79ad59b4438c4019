# Units, and where they go. configure --with-systemdsystemunitdir=no installs none of it.
EXTRA_DIST += %D%/papod-acme %D%/papod.service.in %D%/papod.socket %D%/papod.sysusers
noinst_DATA += %D%/papod.service
CLEANFILES += %D%/papod.service

systemdexamplesdir = $(docdir)/examples/systemd
dist_systemdexamples_DATA = \
	%D%/examples/credential.conf \
	%D%/examples/own-sockets.conf \
	%D%/examples/papod-notify@.service \
	%D%/examples/public.conf

if HAVE_SYSTEMD_UNITS
systemdunitdir = $(systemdsystemunitdir)
systemdunit_DATA = %D%/papod.service %D%/papod.socket
install-data-hook:
	$(MKDIR_P) $(DESTDIR)$(systemdsysusersdir)
	$(INSTALL_DATA) $(srcdir)/%D%/papod.sysusers $(DESTDIR)$(systemdsysusersdir)/papod.conf
uninstall-hook:
	rm -f $(DESTDIR)$(systemdsysusersdir)/papod.conf
endif

%D%/papod.service: %D%/papod.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@sbindir[@]|$(sbindir)|g' \
		$(srcdir)/%D%/papod.service.in > $@.tmp && mv $@.tmp $@
