noinst_LIBRARIES += %D%/libconfig.a
%C%_libconfig_a_SOURCES = \
	%D%/acme.c %D%/acme.h \
	%D%/api_scopes.c %D%/api_scopes.h \
	%D%/ban_entry.c %D%/ban_entry.h \
	%D%/certificates.c %D%/certificates.h \
	%D%/channel_checks.c %D%/channel_checks.h \
	%D%/draft.h \
	%D%/draft_list.c %D%/draft_list.h \
	%D%/draft_problem.c %D%/draft_problem.h \
	%D%/filter_entry.c %D%/filter_entry.h \
	%D%/gate_unit.c %D%/gate_unit.h \
	%D%/instance.c %D%/instance.h \
	%D%/list_checks.c %D%/list_checks.h \
	%D%/listen.c %D%/listen.h \
	%D%/listen_text.c %D%/listen_text.h \
	%D%/option_find.c \
	%D%/option_lists.c \
	%D%/option_rows.h \
	%D%/options.c %D%/options.h %D%/options_accounts.inc %D%/options_audit.inc %D%/options_bans.inc %D%/options_blocklists.inc %D%/options_dns.inc %D%/options_exempt.inc %D%/options_filters.inc %D%/options_gateways.inc %D%/options_known.inc %D%/options_lockdown.inc %D%/options_newcomers.inc %D%/options_history.inc %D%/options_tokens.inc \
	%D%/options_push.inc %D%/options_uploads.inc %D%/options_web.inc %D%/options_api.inc %D%/options_notifications.inc \
	%D%/options_channels.inc %D%/options_limits.inc %D%/options_listen.inc \
	%D%/problem.c %D%/problem.h \
	%D%/push_unit.c %D%/push_unit.h \
	%D%/reader.c %D%/reader.h \
	%D%/reference.c %D%/reference.h \
	%D%/secrets.c %D%/secrets.h \
	%D%/settings.c %D%/settings.h \
	%D%/settings_find.c \
	%D%/settings_origins.c %D%/settings_origins.h \
	%D%/show.c \
	%D%/socket_unit.c %D%/socket_unit.h \
	%D%/syntax.c %D%/syntax.h \
	%D%/text_checks.c %D%/text_checks.h \
	%D%/token_mask.c %D%/token_mask.h \
	%D%/unit_addresses.c %D%/unit_addresses.h \
	%D%/unit_sources.c %D%/unit_sources.h \
	%D%/units.c %D%/units.h \
	%D%/value.c %D%/value.h \
	%D%/web_checks.c %D%/web_checks.h
