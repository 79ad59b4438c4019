noinst_LIBRARIES += %D%/libmail.a
%C%_libmail_a_SOURCES = \
	%D%/sendmail.c %D%/sendmail.h \
	%D%/take_mail.c %D%/take_mail.h

sbin_PROGRAMS += papod-mail
papod_mail_SOURCES = %D%/main.c
papod_mail_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papod_mail_LDADD = $(ROOMS_mail) $(LIBS_mail)
