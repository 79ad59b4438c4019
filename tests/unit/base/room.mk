check_PROGRAMS += %D%/test_address
TESTS += %D%/test_address
%C%_test_address_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_address_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_base64
TESTS += %D%/test_base64
%C%_test_base64_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_base64_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_buffer
TESTS += %D%/test_buffer
%C%_test_buffer_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_buffer_LDADD = $(ROOMS_base) @CMOCKA_LIBS@
%C%_test_buffer_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free

check_PROGRAMS += %D%/test_date
TESTS += %D%/test_date
%C%_test_date_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_date_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_digest
TESTS += %D%/test_digest
%C%_test_digest_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_digest_LDADD = $(ROOMS_base) $(LIBS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_fields
TESTS += %D%/test_fields
%C%_test_fields_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_fields_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_hash
TESTS += %D%/test_hash
%C%_test_hash_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_hash_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_heap
TESTS += %D%/test_heap
%C%_test_heap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_heap_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_interned
TESTS += %D%/test_interned
%C%_test_interned_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_interned_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_line
TESTS += %D%/test_line
%C%_test_line_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_line_LDADD = $(ROOMS_base) @CMOCKA_LIBS@
%C%_test_line_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free

check_PROGRAMS += %D%/test_list
TESTS += %D%/test_list
%C%_test_list_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_list_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_log
TESTS += %D%/test_log
%C%_test_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_log_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_map
TESTS += %D%/test_map
%C%_test_map_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_map_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_mem
TESTS += %D%/test_mem
%C%_test_mem_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mem_LDADD = $(ROOMS_base) @CMOCKA_LIBS@
%C%_test_mem_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free

check_PROGRAMS += %D%/test_ordered
TESTS += %D%/test_ordered
%C%_test_ordered_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ordered_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_pack
TESTS += %D%/test_pack
%C%_test_pack_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_pack_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_passed_fds
TESTS += %D%/test_passed_fds
%C%_test_passed_fds_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_passed_fds_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_text
TESTS += %D%/test_text
%C%_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_text_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_histogram
TESTS += %D%/test_histogram
%C%_test_histogram_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_histogram_LDADD = $(ROOMS_base) $(CMOCKA_LIBS)
