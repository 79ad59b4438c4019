check_PROGRAMS += %D%/test_bots
TESTS += %D%/test_bots
%C%_test_bots_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_bots_LDADD = $(ROOMS_bots) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_code_mails
TESTS += %D%/test_code_mails
%C%_test_code_mails_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit/world $(CMOCKA_CFLAGS)
%C%_test_code_mails_LDADD = $(ROOMS_bots) $(LIBS_config) $(CMOCKA_LIBS)
