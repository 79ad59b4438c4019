check_PROGRAMS += %D%/test_address
TESTS += %D%/test_address
%C%_test_address_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_address_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_buffer
TESTS += %D%/test_buffer
%C%_test_buffer_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_buffer_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_line
TESTS += %D%/test_line
%C%_test_line_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_line_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_mem
TESTS += %D%/test_mem
%C%_test_mem_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mem_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_text
TESTS += %D%/test_text
%C%_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_text_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)
