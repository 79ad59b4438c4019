check_PROGRAMS += %D%/test_detached_thread
TESTS += %D%/test_detached_thread
%C%_test_detached_thread_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_detached_thread_LDADD = $(ROOMS_service) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_log_sink
TESTS += %D%/test_log_sink
%C%_test_log_sink_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_log_sink_LDADD = $(ROOMS_service) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_notifier
TESTS += %D%/test_notifier
%C%_test_notifier_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notifier_LDADD = $(ROOMS_service) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)
%C%_test_notifier_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=poll

check_PROGRAMS += %D%/test_state_directory
TESTS += %D%/test_state_directory
%C%_test_state_directory_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_state_directory_LDADD = $(ROOMS_service) $(SYSTEMD_LIBS) $(CMOCKA_LIBS)
