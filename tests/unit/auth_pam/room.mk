check_PROGRAMS += %D%/test_pam_login
TESTS += %D%/test_pam_login
%C%_test_pam_login_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_pam_login_LDADD = $(ROOMS_auth_pam) $(LIBS_auth_pam) $(CMOCKA_LIBS)
%C%_test_pam_login_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pam_start_confdir -Wl,--wrap=pam_set_item \
	-Wl,--wrap=pam_get_item -Wl,--wrap=pam_authenticate -Wl,--wrap=pam_acct_mgmt \
	-Wl,--wrap=pam_strerror -Wl,--wrap=pam_end -Wl,--wrap=getpwnam_r

check_PROGRAMS += %D%/test_children
TESTS += %D%/test_children
%C%_test_children_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_children_LDADD = $(ROOMS_auth_pam) $(LIBS_auth_pam) $(CMOCKA_LIBS)
