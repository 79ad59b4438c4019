check_PROGRAMS += %D%/test_door
TESTS += %D%/test_door
%C%_test_door_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_door_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_door_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=loop_now_ms

check_PROGRAMS += %D%/test_page
TESTS += %D%/test_page
%C%_test_page_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_page_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
%C%_test_page_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=syscall

check_PROGRAMS += %D%/test_session_keys
TESTS += %D%/test_session_keys
%C%_test_session_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_session_keys_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
