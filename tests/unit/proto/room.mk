check_PROGRAMS += %D%/test_foreign
TESTS += %D%/test_foreign
%C%_test_foreign_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_foreign_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_frame
TESTS += %D%/test_frame
%C%_test_frame_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_frame_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)
