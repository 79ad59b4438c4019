check_PROGRAMS += %D%/test_descriptors
TESTS += %D%/test_descriptors
%C%_test_descriptors_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_descriptors_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_event_log
TESTS += %D%/test_event_log
%C%_test_event_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_event_log_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_event_log_addresses
TESTS += %D%/test_event_log_addresses
%C%_test_event_log_addresses_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_event_log_addresses_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_event_log_limits
TESTS += %D%/test_event_log_limits
%C%_test_event_log_limits_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_event_log_limits_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_memory_file
TESTS += %D%/test_memory_file
%C%_test_memory_file_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_memory_file_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_pace
TESTS += %D%/test_pace
%C%_test_pace_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_pace_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_parking
TESTS += %D%/test_parking
%C%_test_parking_SOURCES = %D%/test_parking.c %D%/lots.c %D%/lots.h
%C%_test_parking_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_parking_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_parking_kill
TESTS += %D%/test_parking_kill
%C%_test_parking_kill_SOURCES = %D%/test_parking_kill.c %D%/lots.c %D%/lots.h
%C%_test_parking_kill_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_parking_kill_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_parking_sleep
TESTS += %D%/test_parking_sleep
%C%_test_parking_sleep_SOURCES = %D%/test_parking_sleep.c %D%/lots.c %D%/lots.h
%C%_test_parking_sleep_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_parking_sleep_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_stopwatch
TESTS += %D%/test_stopwatch
%C%_test_stopwatch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_stopwatch_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)
%C%_test_stopwatch_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime

check_PROGRAMS += %D%/test_memories
TESTS += %D%/test_memories
%C%_test_memories_SOURCES = %D%/test_memories.c %D%/shelf.c %D%/shelf.h
%C%_test_memories_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_memories_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=memory_file_new
%C%_test_memories_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_saver
TESTS += %D%/test_saver
%C%_test_saver_SOURCES = %D%/test_saver.c %D%/shelf.c %D%/shelf.h
%C%_test_saver_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_saver_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=event_log_write_snapshot \
	-Wl,--wrap=getppid -Wl,--wrap=waitpid -Wl,--wrap=poll -Wl,--wrap=prctl
%C%_test_saver_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_survival
TESTS += %D%/test_survival
%C%_test_survival_SOURCES = %D%/test_survival.c %D%/shelf.c %D%/shelf.h
%C%_test_survival_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_survival_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=memory_file_new \
	-Wl,--wrap=event_log_add_event -Wl,--wrap=event_log_add_done \
	-Wl,--wrap=event_log_add_note
%C%_test_survival_LDADD = $(ROOMS_survival) $(CMOCKA_LIBS)
