noinst_LIBRARIES += %D%/libauth_pam.a
%C%_libauth_pam_a_SOURCES = \
	%D%/auth_pam.c %D%/auth_pam.h \
	%D%/children.c %D%/children.h \
	%D%/desk.c %D%/desk.h \
	%D%/pam_login.c %D%/pam_login.h

sbin_PROGRAMS += papod-auth-pam
papod_auth_pam_SOURCES = %D%/main.c
# It runs as root, so it loads only libraries that it calls.
papod_auth_pam_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papod_auth_pam_LDADD = $(ROOMS_auth_pam) $(LIBS_auth_pam)
