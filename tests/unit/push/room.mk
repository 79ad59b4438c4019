check_PROGRAMS += %D%/test_encrypt
TESTS += %D%/test_encrypt
%C%_test_encrypt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_encrypt_LDADD = $(ROOMS_push) $(LIBS_push) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_vapid
TESTS += %D%/test_vapid
%C%_test_vapid_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_vapid_LDADD = $(ROOMS_push) $(LIBS_push) $(CMOCKA_LIBS)
