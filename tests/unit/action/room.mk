check_PROGRAMS += %D%/test_long_answer
TESTS += %D%/test_long_answer
%C%_test_long_answer_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_long_answer_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_views
TESTS += %D%/test_views
%C%_test_views_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_views_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_look
TESTS += %D%/test_look
%C%_test_look_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_look_LDADD = $(ROOMS_command) $(LIBS_config) $(CMOCKA_LIBS)
