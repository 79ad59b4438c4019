# papod.conf belongs to the administrator: it is never overwritten or removed. So it is short, and
# does not change with each option; papod --sample-config shows all.
EXTRA_DIST += %D%/papod.conf
# debian/papod.install puts them where ufw and firewalld look.
EXTRA_DIST += %D%/ufw/papod %D%/firewalld/papod.xml
examplesdir = $(docdir)/examples
dist_examples_DATA = %D%/secrets.ini.example %D%/moderation.conf
fail2banexamplesdir = $(docdir)/examples/fail2ban
dist_fail2banexamples_DATA = %D%/fail2ban/filter.conf %D%/fail2ban/jail.conf

needrestartexamplesdir = $(docdir)/examples/needrestart
dist_needrestartexamples_DATA = %D%/needrestart/papod.conf

prometheusexamplesdir = $(docdir)/examples/prometheus
dist_prometheusexamples_DATA = %D%/prometheus/alerts.yml %D%/prometheus/dashboard.json %D%/prometheus/prometheus.yml

install-data-local:
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/papod
	test -e $(DESTDIR)$(sysconfdir)/papod/papod.conf || \
		$(INSTALL_DATA) $(srcdir)/etc/papod.conf $(DESTDIR)$(sysconfdir)/papod/papod.conf
uninstall-local:
	! cmp -s $(srcdir)/etc/papod.conf $(DESTDIR)$(sysconfdir)/papod/papod.conf || \
		rm -f $(DESTDIR)$(sysconfdir)/papod/papod.conf
