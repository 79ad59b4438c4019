handshake = %D%/handshake.c %D%/handshake.h
hex = %D%/hex.c %D%/hex.h
pair = %D%/pair.c %D%/pair.h

check_PROGRAMS += %D%/test_crypto
TESTS += %D%/test_crypto
%C%_test_crypto_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_crypto_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_hmac
TESTS += %D%/test_hmac
%C%_test_hmac_SOURCES = %D%/test_hmac.c $(hex)
%C%_test_hmac_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_hmac_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_keys
TESTS += %D%/test_keys
%C%_test_keys_SOURCES = %D%/test_keys.c $(hex)
%C%_test_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_keys_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_keys_save
TESTS += %D%/test_keys_save
%C%_test_keys_save_SOURCES = %D%/test_keys_save.c $(pair)
%C%_test_keys_save_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_keys_save_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_open
TESTS += %D%/test_open
%C%_test_open_SOURCES = %D%/test_open.c $(hex) $(pair)
%C%_test_open_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_open_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_openssl
TESTS += %D%/test_openssl
%C%_test_openssl_SOURCES = %D%/test_openssl.c $(handshake)
%C%_test_openssl_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_openssl_LDADD = $(ROOMS_tls) $(LIBSSL_LIBS) $(LIBS_tls) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_seal
TESTS += %D%/test_seal
%C%_test_seal_SOURCES = %D%/test_seal.c $(hex) $(pair)
%C%_test_seal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_seal_LDADD = $(ROOMS_tls) $(LIBS_tls) $(CMOCKA_LIBS)
