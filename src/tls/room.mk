noinst_LIBRARIES += %D%/libtls.a
%C%_libtls_a_SOURCES = \
	%D%/alerts.h \
	%D%/crypto.c %D%/crypto.h \
	%D%/derive.c %D%/derive.h \
	%D%/hmac.c %D%/hmac.h \
	%D%/keys.c %D%/keys.h \
	%D%/keys_save.c \
	%D%/open.c %D%/open.h \
	%D%/record.h \
	%D%/seal.c %D%/seal.h \
	%D%/suites.c %D%/suites.h
