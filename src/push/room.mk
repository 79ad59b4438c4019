noinst_LIBRARIES += %D%/libpush.a
%C%_libpush_a_SOURCES = \
	%D%/encrypt.c %D%/encrypt.h \
	%D%/names.c %D%/names.h \
	%D%/p256.c %D%/p256.h \
	%D%/papod_desk.c %D%/papod_desk.h \
	%D%/post.c %D%/post.h \
	%D%/push.c %D%/push.h \
	%D%/recent_answers.c %D%/recent_answers.h \
	%D%/transfers.c %D%/transfers.h \
	%D%/vapid.c %D%/vapid.h

sbin_PROGRAMS += papod-push
papod_push_SOURCES = %D%/main.c
papod_push_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papod_push_LDADD = $(ROOMS_push) $(LIBS_push)
