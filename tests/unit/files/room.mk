check_PROGRAMS += %D%/test_problems
TESTS += %D%/test_problems
%C%_test_problems_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_problems_LDADD = $(ROOMS_files) $(LIBS_config) $(CMOCKA_LIBS)
