check_PROGRAMS += %D%/test_table
TESTS += %D%/test_table
%C%_test_table_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_table_LDADD = $(ROOMS_papoctl) $(LIBS_papoctl) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_own
TESTS += %D%/test_own
%C%_test_own_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_own_LDADD = $(ROOMS_papoctl) $(LIBS_papoctl) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_shown
TESTS += %D%/test_shown
%C%_test_shown_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_shown_LDADD = $(ROOMS_papoctl) $(LIBS_papoctl) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_line_copies
TESTS += %D%/test_line_copies
%C%_test_line_copies_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_line_copies_LDADD = $(ROOMS_papoctl) $(LIBS_papoctl) $(CMOCKA_LIBS)
