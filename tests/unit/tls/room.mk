hex = %D%/hex.c %D%/hex.h

check_PROGRAMS += %D%/test_crypto
TESTS += %D%/test_crypto
%C%_test_crypto_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_crypto_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_keys
TESTS += %D%/test_keys
%C%_test_keys_SOURCES = %D%/test_keys.c $(hex)
%C%_test_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_keys_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)
