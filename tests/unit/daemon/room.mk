check_PROGRAMS += %D%/test_access
TESTS += %D%/test_access
%C%_test_access_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_access_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_access_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=config_files_directory

check_PROGRAMS += %D%/test_held_ports
TESTS += %D%/test_held_ports
%C%_test_held_ports_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_held_ports_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_socket_set
TESTS += %D%/test_socket_set
%C%_test_socket_set_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_socket_set_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_replay
TESTS += %D%/test_replay
%C%_test_replay_SOURCES = %D%/test_replay.c %D%/add_event.h %D%/small_server.c %D%/small_server.h
%C%_test_replay_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_replay_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_replay_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=stopwatch_lap -Wl,--wrap=stopwatch_read \
	-Wl,--wrap=event_log_move_start

check_PROGRAMS += %D%/test_secret_places
TESTS += %D%/test_secret_places
%C%_test_secret_places_SOURCES = %D%/test_secret_places.c %D%/add_event.h
%C%_test_secret_places_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_secret_places_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_engine
TESTS += %D%/test_engine
%C%_test_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_engine_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_engine_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=getrandom

check_PROGRAMS += %D%/test_blocklists
TESTS += %D%/test_blocklists
%C%_test_blocklists_SOURCES = %D%/test_blocklists.c %D%/fake_resolver.h \
	tests/unit/net/socket_place.h
%C%_test_blocklists_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_blocklists_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_checker
TESTS += %D%/test_checker
%C%_test_checker_SOURCES = %D%/test_checker.c %D%/line_peer.h tests/unit/net/socket_place.h
%C%_test_checker_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_checker_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_checker_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_clients
TESTS += %D%/test_clients
%C%_test_clients_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_clients_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_clients_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_clients_adopt
TESTS += %D%/test_clients_adopt
%C%_test_clients_adopt_SOURCES = %D%/test_clients_adopt.c %D%/life.c %D%/life.h \
	%D%/small_server.c %D%/small_server.h
%C%_test_clients_adopt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_clients_adopt_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_cloak_key
TESTS += %D%/test_cloak_key
%C%_test_cloak_key_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_cloak_key_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_arguments
TESTS += %D%/test_arguments
%C%_test_arguments_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_arguments_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_password
TESTS += %D%/test_password
%C%_test_password_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_password_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_remembered
TESTS += %D%/test_remembered
%C%_test_remembered_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_remembered_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_resolver
TESTS += %D%/test_resolver
%C%_test_resolver_SOURCES = %D%/test_resolver.c tests/unit/net/socket_place.h
%C%_test_resolver_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_resolver_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_resolver_crowd
TESTS += %D%/test_resolver_crowd
%C%_test_resolver_crowd_SOURCES = %D%/test_resolver_crowd.c %D%/fake_resolver.h \
	tests/unit/net/socket_place.h
%C%_test_resolver_crowd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_resolver_crowd_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_configuration
TESTS += %D%/test_configuration
%C%_test_configuration_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_configuration_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_trials
TESTS += %D%/test_trials
%C%_test_trials_SOURCES = %D%/test_trials.c %D%/add_event.h
%C%_test_trials_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_trials_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_turned_away
TESTS += %D%/test_turned_away
%C%_test_turned_away_SOURCES = %D%/test_turned_away.c %D%/small_server.c %D%/small_server.h
%C%_test_turned_away_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_turned_away_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_worker
TESTS += %D%/test_worker
%C%_test_worker_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_worker_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_no_descriptors
TESTS += %D%/test_no_descriptors
%C%_test_no_descriptors_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_no_descriptors_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_recording
TESTS += %D%/test_recording
%C%_test_recording_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_recording_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_requests
TESTS += %D%/test_requests
%C%_test_requests_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_requests_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_snapshot
TESTS += %D%/test_snapshot
%C%_test_snapshot_SOURCES = %D%/test_snapshot.c %D%/small_server.c %D%/small_server.h
%C%_test_snapshot_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DSNAPSHOTS='"$(abs_top_srcdir)/%D%/snapshots"'
%C%_test_snapshot_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
# One for each release that changed the format; all later releases must load them.
EXTRA_DIST += %D%/snapshots/0.1.snapshot %D%/snapshots/0.1-full.snapshot

check_PROGRAMS += %D%/test_poison
TESTS += %D%/test_poison
%C%_test_poison_SOURCES = %D%/test_poison.c %D%/add_event.h
%C%_test_poison_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_poison_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_link
TESTS += %D%/test_gate_link
%C%_test_gate_link_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_link_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_handover
TESTS += %D%/test_handover
%C%_test_handover_SOURCES = %D%/test_handover.c %D%/small_server.c %D%/small_server.h
%C%_test_handover_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_handover_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_handover_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_helpers
TESTS += %D%/test_helpers
%C%_test_helpers_SOURCES = %D%/test_helpers.c tests/unit/net/socket_place.h
%C%_test_helpers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_helpers_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_past
TESTS += %D%/test_past
%C%_test_past_SOURCES = %D%/test_past.c \
	tests/unit/store/faulty_disk.c tests/unit/store/faulty_disk.h
%C%_test_past_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_past_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_past_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_storage
TESTS += %D%/test_storage
%C%_test_storage_SOURCES = %D%/test_storage.c %D%/storage_fixture.h
%C%_test_storage_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_storage_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_storage_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_storage_faults
TESTS += %D%/test_storage_faults
%C%_test_storage_faults_SOURCES = %D%/test_storage_faults.c %D%/storage_fixture.h \
	tests/unit/store/faulty_disk.c tests/unit/store/faulty_disk.h
%C%_test_storage_faults_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_storage_faults_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_storage_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms \
	-Wl,--wrap=thread_start

check_PROGRAMS += %D%/test_reload
TESTS += %D%/test_reload
%C%_test_reload_SOURCES = %D%/test_reload.c %D%/small_server.c %D%/small_server.h
%C%_test_reload_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_reload_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_reload_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_file_limit
TESTS += %D%/test_file_limit
%C%_test_file_limit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_file_limit_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_handover_list
TESTS += %D%/test_handover_list
%C%_test_handover_list_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_handover_list_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_hint
TESTS += %D%/test_hint
%C%_test_hint_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_hint_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_inheritance
TESTS += %D%/test_inheritance
%C%_test_inheritance_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_inheritance_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_start_failure
TESTS += %D%/test_start_failure
%C%_test_start_failure_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_start_failure_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_stop_kind
TESTS += %D%/test_stop_kind
%C%_test_stop_kind_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_stop_kind_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_stop_kind_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sd_bus_open_system \
	-Wl,--wrap=sd_bus_set_method_call_timeout -Wl,--wrap=sd_bus_flush_close_unref \
	-Wl,--wrap=sd_bus_message_unref -Wl,--wrap=sd_bus_call_method \
	-Wl,--wrap=sd_bus_get_property -Wl,--wrap=sd_bus_get_property_string \
	-Wl,--wrap=sd_bus_message_read

check_PROGRAMS += %D%/test_systemctl
TESTS += %D%/test_systemctl
%C%_test_systemctl_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_systemctl_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_cold_start
TESTS += %D%/test_cold_start
%C%_test_cold_start_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_cold_start_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_cold_start_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_new

check_PROGRAMS += %D%/test_apply
TESTS += %D%/test_apply
%C%_test_apply_SOURCES = %D%/test_apply.c %D%/machine.c %D%/machine.h
%C%_test_apply_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_apply_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_apply_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=access -Wl,--wrap=geteuid \
	-Wl,--wrap=unlink -Wl,--wrap=rmdir -Wl,--wrap=mkdir -Wl,--wrap=fopen \
	-Wl,--wrap=systemctl_run -Wl,--wrap=systemctl_show -Wl,--wrap=held_ports_has \
	-Wl,--wrap=listeners_try -Wl,--wrap=config_files_read_one -Wl,--wrap=resolving_is_possible

check_PROGRAMS += %D%/test_apply_instance
TESTS += %D%/test_apply_instance
%C%_test_apply_instance_SOURCES = %D%/test_apply_instance.c %D%/machine.c %D%/machine.h
%C%_test_apply_instance_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_apply_instance_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_apply_instance_LDFLAGS = $(%C%_test_apply_LDFLAGS)

check_PROGRAMS += %D%/test_server
TESTS += %D%/test_server
%C%_test_server_SOURCES = %D%/test_server.c %D%/server_process.c %D%/server_process.h
%C%_test_server_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_server_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_server_turns
TESTS += %D%/test_server_turns
%C%_test_server_turns_SOURCES = %D%/test_server_turns.c %D%/server_process.c %D%/server_process.h
%C%_test_server_turns_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_server_turns_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_server_turns_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=connections_next_deadline \
	-Wl,--wrap=listeners_next_deadline -Wl,--wrap=reload_next_deadline \
	-Wl,--wrap=helpers_next_deadline -Wl,--wrap=survival_next_deadline \
	-Wl,--wrap=handover_next_deadline -Wl,--wrap=clients_next_deadline \
	-Wl,--wrap=notifier_next_deadline -Wl,--wrap=connections_tick -Wl,--wrap=listeners_tick \
	-Wl,--wrap=reload_tick -Wl,--wrap=helpers_tick -Wl,--wrap=survival_tick \
	-Wl,--wrap=handover_tick -Wl,--wrap=clients_tick -Wl,--wrap=recorder_flush \
	-Wl,--wrap=sleepers_tick -Wl,--wrap=status_tick -Wl,--wrap=world_next_deadline \
	-Wl,--wrap=engine_loop_ms -Wl,--wrap=engine_now_ms -Wl,--wrap=engine_expect_turn \
	-Wl,--wrap=engine_handle -Wl,--wrap=loop_turn -Wl,--wrap=connections_count \
	-Wl,--wrap=listeners_resume -Wl,--wrap=handover_is_ready -Wl,--wrap=handover_act \
	-Wl,--wrap=reload_is_asked -Wl,--wrap=isatty -Wl,--wrap=stop_kind_ask \
	-Wl,--wrap=gates_tick -Wl,--wrap=gates_next_deadline \
	-Wl,--wrap=control_tick -Wl,--wrap=control_next_deadline

check_PROGRAMS += %D%/test_gate_bans
TESTS += %D%/test_gate_bans
%C%_test_gate_bans_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_bans_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_link_bans
TESTS += %D%/test_gate_link_bans
%C%_test_gate_link_bans_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_link_bans_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_gate_link_bans_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=send

check_PROGRAMS += %D%/test_clients_proxied
TESTS += %D%/test_clients_proxied
%C%_test_clients_proxied_SOURCES = %D%/test_clients_proxied.c %D%/life.c %D%/life.h \
	%D%/small_server.c %D%/small_server.h
%C%_test_clients_proxied_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_clients_proxied_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_clients_proxied_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=connection_skip \
	-Wl,--wrap=survival_unpark

check_PROGRAMS += %D%/test_recovery
TESTS += %D%/test_recovery
%C%_test_recovery_SOURCES = %D%/test_recovery.c %D%/life.c %D%/life.h %D%/small_server.c \
	%D%/small_server.h
%C%_test_recovery_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_recovery_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_recovery_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=trials_reach_load -Wl,--wrap=stopwatch_lap

check_PROGRAMS += %D%/test_sleepers
TESTS += %D%/test_sleepers
%C%_test_sleepers_SOURCES = %D%/test_sleepers.c %D%/life.c %D%/life.h %D%/small_server.c \
	%D%/small_server.h
%C%_test_sleepers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_sleepers_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_sleepers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=file_limit_raise -Wl,--wrap=engine_handle

check_PROGRAMS += %D%/test_recorder
TESTS += %D%/test_recorder
%C%_test_recorder_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_recorder_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_recorder_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=recording_flush

check_PROGRAMS += %D%/test_state_lock
TESTS += %D%/test_state_lock
%C%_test_state_lock_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_state_lock_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_state_lock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=state_directory_lock

check_PROGRAMS += %D%/test_status
TESTS += %D%/test_status
%C%_test_status_SOURCES = %D%/test_status.c %D%/small_server.c %D%/small_server.h
%C%_test_status_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_status_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_status_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=notifier_has_manager \
	-Wl,--wrap=notifier_status -Wl,--wrap=listeners_count \
	-Wl,--wrap=listeners_count_datagrams

check_PROGRAMS += %D%/test_reload_gate
TESTS += %D%/test_reload_gate
%C%_test_reload_gate_SOURCES = %D%/test_reload_gate.c %D%/small_server.c %D%/small_server.h
%C%_test_reload_gate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_reload_gate_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_child
TESTS += %D%/test_gate_child
%C%_test_gate_child_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_child_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_gate_child_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=poll \
	-Wl,--wrap=pidfd_open

check_PROGRAMS += %D%/test_control
TESTS += %D%/test_control
%C%_test_control_SOURCES = %D%/test_control.c %D%/control_house.c %D%/control_house.h
%C%_test_control_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_control_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_control_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=storage_back_up \
	-Wl,--wrap=pasts_back_up,--wrap=pasts_use_readings,--wrap=control_report_act

check_PROGRAMS += %D%/test_control_calls
TESTS += %D%/test_control_calls
%C%_test_control_calls_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_control_calls_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_control_backup
TESTS += %D%/test_control_backup
%C%_test_control_backup_SOURCES = %D%/test_control_backup.c %D%/control_house.c %D%/control_house.h
%C%_test_control_backup_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_control_backup_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_control_backup_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=storage_back_up \
	-Wl,--wrap=pasts_back_up,--wrap=pasts_use_readings

check_PROGRAMS += %D%/test_storage_backup
TESTS += %D%/test_storage_backup
%C%_test_storage_backup_SOURCES = %D%/test_storage_backup.c %D%/small_server.c %D%/small_server.h
%C%_test_storage_backup_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_storage_backup_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_files
TESTS += %D%/test_gate_files
%C%_test_gate_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_files_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_gate_files_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_apply_lookup
TESTS += %D%/test_apply_lookup
%C%_test_apply_lookup_SOURCES = %D%/test_apply_lookup.c %D%/machine.c %D%/machine.h
%C%_test_apply_lookup_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_apply_lookup_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_apply_lookup_LDFLAGS = $(%C%_test_apply_LDFLAGS)

check_PROGRAMS += %D%/test_apply_push
TESTS += %D%/test_apply_push
%C%_test_apply_push_SOURCES = %D%/test_apply_push.c %D%/machine.c %D%/machine.h
%C%_test_apply_push_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_apply_push_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_apply_push_LDFLAGS = $(%C%_test_apply_LDFLAGS)

check_PROGRAMS += %D%/test_metric_text
TESTS += %D%/test_metric_text
%C%_test_metric_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_metric_text_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_pusher
TESTS += %D%/test_pusher
%C%_test_pusher_SOURCES = %D%/test_pusher.c %D%/line_peer.h tests/unit/net/socket_place.h
%C%_test_pusher_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_pusher_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_pusher_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_web_guard
TESTS += %D%/test_web_guard
%C%_test_web_guard_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_guard_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_web_desk
TESTS += %D%/test_web_desk
%C%_test_web_desk_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_desk_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_web_desk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms -Wl,--wrap=web_answers_begin \
	-Wl,--wrap=web_answers_go_on -Wl,--wrap=web_progress_done

check_PROGRAMS += %D%/test_web_answers
TESTS += %D%/test_web_answers
%C%_test_web_answers_SOURCES = %D%/test_web_answers.c %D%/small_server.c %D%/small_server.h
%C%_test_web_answers_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_answers_LDADD = $(ROOMS_daemon) $(LIBS_daemon) $(CMOCKA_LIBS)
%C%_test_web_answers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=metrics_put_next
