noinst_LIBRARIES += %D%/libdaemon.a
%C%_libdaemon_a_SOURCES = \
	%D%/access.c %D%/access.h \
	%D%/apply.c %D%/apply.h \
	%D%/arguments.c %D%/arguments.h \
	%D%/clients.c %D%/clients.h \
	%D%/cloak_key.c %D%/cloak_key.h \
	%D%/cold_start.c %D%/cold_start.h \
	%D%/configuration.c %D%/configuration.h \
	%D%/engine.c %D%/engine.h \
	%D%/file_limit.c %D%/file_limit.h \
	%D%/gate_link.c %D%/gate_link.h \
	%D%/handover.c %D%/handover.h \
	%D%/handover_list.c %D%/handover_list.h \
	%D%/helpers.c %D%/helpers.h \
	%D%/held_ports.c %D%/held_ports.h \
	%D%/hint.c %D%/hint.h \
	%D%/inheritance.c %D%/inheritance.h \
	%D%/password.c %D%/password.h \
	%D%/poison.c %D%/poison.h \
	%D%/recorder.c %D%/recorder.h \
	%D%/recording.c %D%/recording.h \
	%D%/recovery.c %D%/recovery.h \
	%D%/reload.c %D%/reload.h \
	%D%/replay.c %D%/replay.h \
	%D%/requests.c %D%/requests.h \
	%D%/resolver.c %D%/resolver.h \
	%D%/reverse_lookup.c %D%/reverse_lookup.h \
	%D%/secret_places.c %D%/secret_places.h \
	%D%/server.c %D%/server.h \
	%D%/sleepers.c %D%/sleepers.h \
	%D%/snapshot.c %D%/snapshot.h \
	%D%/start_failure.c %D%/start_failure.h \
	%D%/state_lock.c %D%/state_lock.h \
	%D%/status.c %D%/status.h \
	%D%/stop_kind.c %D%/stop_kind.h \
	%D%/survival_wiring.c %D%/survival_wiring.h \
	%D%/systemctl.c %D%/systemctl.h \
	%D%/trials.c %D%/trials.h \
	%D%/turned_away.c %D%/turned_away.h \
	%D%/varlink.c %D%/varlink.h \
	%D%/worker.c %D%/worker.h

sbin_PROGRAMS += papod
papod_SOURCES = %D%/main.c
papod_LDFLAGS = $(PAPOD_LDFLAGS) $(LTO_LDFLAGS)
papod_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
