noinst_LIBRARIES += %D%/libtls.a
%C%_libtls_a_SOURCES = \
	%D%/crypto.c %D%/crypto.h \
	%D%/keys.c %D%/keys.h \
	%D%/suites.c %D%/suites.h
