check_PROGRAMS += %D%/test_session_keys
TESTS += %D%/test_session_keys
%C%_test_session_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_session_keys_LDADD = $(ROOMS_gate) $(LIBS_gate) $(CMOCKA_LIBS)
