check_PROGRAMS += %D%/test_problems
TESTS += %D%/test_problems
%C%_test_problems_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_problems_LDADD = $(ROOMS_files) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_config_files
TESTS += %D%/test_config_files
%C%_test_config_files_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_config_files_LDADD = $(ROOMS_files) $(LIBS_config) $(CMOCKA_LIBS)
