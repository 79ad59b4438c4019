# Each test_*.py is a test; they start the papod that was just built.
TEST_EXTENSIONS += .py
PY_LOG_COMPILER = env PAPOD=$(abs_top_builddir)/papod PYTHONDONTWRITEBYTECODE=1 python3
if ENABLE_SANITIZERS
# Sanitizers keep freed memory for a while, so memory use is meaningless.
AM_TESTS_ENVIRONMENT = PAPOD_SANITIZERS=yes; export PAPOD_SANITIZERS;
endif
e2e_tests = \
	%D%/test_accounts.py \
	%D%/test_acme.py \
	%D%/test_always_on.py \
	%D%/test_audit.py \
	%D%/test_auth_pam.py \
	%D%/test_backup.py \
	%D%/test_bad_input.py \
	%D%/test_bans.py \
	%D%/test_blocklists.py \
	%D%/test_bursts.py \
	%D%/test_chat.py \
	%D%/test_checked_logins.py \
	%D%/test_checker.py \
	%D%/test_cloak.py \
	%D%/test_codes.py \
	%D%/test_cold_start.py \
	%D%/test_command_line.py \
	%D%/test_control.py \
	%D%/test_datagrams.py \
	%D%/test_gate.py \
	%D%/test_gate_bans.py \
	%D%/test_gate_certificates.py \
	%D%/test_gate_challenges.py \
	%D%/test_gate_attacks.py \
	%D%/test_gate_chat.py \
	%D%/test_gate_processes.py \
	%D%/test_gate_web.py \
	%D%/test_generator.py \
	%D%/test_handover.py \
	%D%/test_history_memory.py \
	%D%/test_metrics.py \
	%D%/test_moderation.py \
	%D%/test_history.py \
	%D%/test_hostile.py \
	%D%/test_hostile_host.py \
	%D%/test_import.py \
	%D%/test_import_accounts.py \
	%D%/test_import_logs.py \
	%D%/test_interop.py \
	%D%/test_kill_points.py \
	%D%/test_kill_storm.py \
	%D%/test_limits.py \
	%D%/test_lookup.py \
	%D%/test_mail.py \
	%D%/test_long_answers.py \
	%D%/test_low_limits.py \
	%D%/test_needrestart.py \
	%D%/test_notifications.py \
	%D%/test_outage.py \
	%D%/test_papoctl.py \
	%D%/test_papoctl_edit.py \
	%D%/test_papoctl_history.py \
	%D%/test_papoctl_level.py \
	%D%/test_poison.py \
	%D%/test_proxy.py \
	%D%/test_push.py \
	%D%/test_push_wall.py \
	%D%/test_record.py \
	%D%/test_refusals.py \
	%D%/test_registrations.py \
	%D%/test_reload.py \
	%D%/test_restart.py \
	%D%/test_scram.py \
	%D%/test_secrets.py \
	%D%/test_service_manager.py \
	%D%/test_skew.py \
	%D%/test_snapshots.py \
	%D%/test_storage.py \
	%D%/test_stored_rows.py \
	%D%/test_survival.py \
	%D%/test_systemd.py \
	%D%/test_tags.py \
	%D%/test_tls.py \
	%D%/test_uploads.py \
	%D%/test_wallops.py \
	%D%/test_web.py \
	%D%/test_web_api.py \
	%D%/test_web_metrics.py \
	%D%/test_web_notify.py \
	%D%/test_web_pages.py \
	%D%/test_webirc.py
TESTS += $(e2e_tests)
EXTRA_DIST += $(e2e_tests) \
	%D%/gate_case.py \
	%D%/gated.py \
	%D%/issuer.py \
	%D%/metrics_text.py \
	%D%/name_server.py \
	%D%/notify.py \
	%D%/papoctl.py \
	%D%/papod_test.py \
	%D%/peers.py \
	%D%/push_crypto.py \
	%D%/push_service.py \
	%D%/record_snapshot.py \
	%D%/sasl.py \
	%D%/service_manager.py \
	%D%/varlink_grammar.py

# papod with faults for tests, the server's side of what they speak, and what kills it.
e2e_programs = %D%/poisoned_papod %D%/hasty_papod %D%/clumsy_papod %D%/fake_papod %D%/killer %D%/scram_server
check_PROGRAMS += $(e2e_programs)
%C%_poisoned_papod_SOURCES = src/daemon/main.c %D%/poison.c
%C%_poisoned_papod_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_poisoned_papod_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=dispatch \
	-Wl,--wrap=settings_parse -Wl,--wrap=world_check

%C%_hasty_papod_SOURCES = src/daemon/main.c %D%/hasty.c
%C%_hasty_papod_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_hasty_papod_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=event_log_is_long -Wl,--wrap=event_log_is_short

%C%_clumsy_papod_SOURCES = src/daemon/main.c %D%/clumsy.c
%C%_clumsy_papod_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_clumsy_papod_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fork -Wl,--wrap=snapshot_save \
	-Wl,--wrap=event_log_write_snapshot -Wl,--wrap=event_log_add_event \
	-Wl,--wrap=event_log_is_short -Wl,--wrap=event_log_is_long \
	-Wl,--wrap=event_log_is_nearly_full \
	-Wl,--wrap=memory_file_new -Wl,--wrap=pace_is_over -Wl,--wrap=pace_next_deadline \
	-Wl,--wrap=settings_parse

# The side of papod, for tests of papod-gate.
%C%_fake_papod_SOURCES = %D%/fake_papod.c
%C%_fake_papod_LDADD = $(ROOMS_tls) src/proto/libproto.a $(ROOMS_base) $(LIBS_tls)

# It kills another program, and contains no part of papod.
%C%_killer_SOURCES = %D%/killer.c

# The server's side of SCRAM by itself.
%C%_scram_server_SOURCES = %D%/scram_server.c
%C%_scram_server_LDADD = $(ROOMS_proto) $(LIBS_proto)

# The programs as they were built, from outside, after another build in which each part was tested.
check-outside: all $(e2e_programs)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS= TESTS="$(ARCHIVE_CHECKS) $(e2e_tests)"
.PHONY: check-outside
