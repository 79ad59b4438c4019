# The manual: templates, filled in from the tables by a program that links them.
noinst_PROGRAMS += %D%/docgen
%C%_docgen_SOURCES = %D%/docgen.c %D%/mdoc.c %D%/mdoc.h %D%/powers.c %D%/powers.h %D%/rows.c %D%/rows.h
%C%_docgen_LDADD = $(ROOMS_daemon) $(LIBS_daemon)

MANUAL = %D%/papod.8 %D%/papod.conf.5 %D%/papod-secrets.5 %D%/papod-irc.7 %D%/papoctl.1
man_MANS += $(MANUAL)
dist_man_MANS += %D%/papod-auth-pam.8 %D%/papod-checker.7 %D%/papod-gate.8 %D%/papod-lookup.8 %D%/papod-mail.8 \
	%D%/papod-push.8
EXTRA_DIST += %D%/papod.8.in %D%/papod.conf.5.in %D%/papod-secrets.5.in %D%/papod-irc.7.in %D%/papoctl.1.in
CLEANFILES += $(MANUAL) %D%/rows.txt systemd/papod.catalog

FILL_IN = $(AM_V_GEN)$(MKDIR_P) $(@D) && man/docgen$(EXEEXT) $(srcdir)/$@.in > $@.tmp && mv $@.tmp $@
%D%/papod.8: %D%/papod.8.in %D%/docgen$(EXEEXT)
	$(FILL_IN)
%D%/papod.conf.5: %D%/papod.conf.5.in %D%/docgen$(EXEEXT)
	$(FILL_IN)
%D%/papod-secrets.5: %D%/papod-secrets.5.in %D%/docgen$(EXEEXT)
	$(FILL_IN)
%D%/papod-irc.7: %D%/papod-irc.7.in %D%/docgen$(EXEEXT)
	$(FILL_IN)

%D%/papoctl.1: %D%/papoctl.1.in %D%/docgen$(EXEEXT)
	$(FILL_IN)

# The tables, for the checks in tests/lint. The preprocessor lists the numerics, which are macros.
noinst_DATA += %D%/rows.txt
%D%/rows.txt: %D%/docgen$(EXEEXT) src/proto/numeric.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/docgen$(EXEEXT) --rows > $@.tmp && \
	$(CC) -E -dM $(srcdir)/src/proto/numeric.h > $@.macros && \
	awk -F '[ ",]+' '$$2 ~ /^(RPL|ERR)_/ { print "numeric\t" $$3 "\t" $$2 }' $@.macros | \
		sort >> $@.tmp && rm $@.macros && mv $@.tmp $@

# The texts of journalctl -x.
systemd/papod.catalog: %D%/docgen$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/docgen$(EXEEXT) --catalog > $@.tmp && mv $@.tmp $@
if HAVE_SYSTEMD_UNITS
systemdcatalog_DATA = systemd/papod.catalog
else
noinst_DATA += systemd/papod.catalog
endif
