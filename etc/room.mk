# The commented configuration.
papodconfdir = $(sysconfdir)/papod
dist_papodconf_DATA = %D%/papod.conf
