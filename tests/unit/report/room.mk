check_PROGRAMS += %D%/test_report
TESTS += %D%/test_report
%C%_test_report_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit/world $(CMOCKA_CFLAGS)
%C%_test_report_LDADD = $(ROOMS_report) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_report_rows
TESTS += %D%/test_report_rows
%C%_test_report_rows_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_report_rows_LDADD = $(ROOMS_report) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_report_past
TESTS += %D%/test_report_past
%C%_test_report_past_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit/world $(CMOCKA_CFLAGS)
%C%_test_report_past_LDADD = $(ROOMS_report) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_web_routes
TESTS += %D%/test_web_routes
%C%_test_web_routes_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_routes_LDADD = $(ROOMS_report) $(LIBS_config) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_report_messages
TESTS += %D%/test_report_messages
%C%_test_report_messages_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit/world $(CMOCKA_CFLAGS)
%C%_test_report_messages_LDADD = $(ROOMS_report) $(LIBS_config) $(CMOCKA_LIBS)
