noinst_LIBRARIES += %D%/libpapoctl.a
%C%_libpapoctl_a_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/complete.c %D%/complete.h \
	%D%/edit.c %D%/edit.h \
	%D%/import.c %D%/import.h \
	%D%/import_accounts.c %D%/import_accounts.h \
	%D%/import_files.c %D%/import_files.h \
	%D%/import_lines.c %D%/import_lines.h \
	%D%/import_logs.c %D%/import_logs.h \
	%D%/import_texts.c %D%/import_texts.h \
	%D%/invite.c %D%/invite.h \
	%D%/instances.c %D%/instances.h \
	%D%/line_copies.c %D%/line_copies.h \
	%D%/log_charset.c %D%/log_charset.h \
	%D%/log_clock.c %D%/log_clock.h \
	%D%/log_files.c %D%/log_files.h \
	%D%/log_lines.c %D%/log_lines.h \
	%D%/own.c %D%/own.h \
	%D%/shown.c %D%/shown.h \
	%D%/table.c %D%/table.h \
	%D%/words.c %D%/words.h

bin_PROGRAMS += papoctl
papoctl_SOURCES = %D%/main.c
papoctl_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papoctl_LDADD = $(ROOMS_papoctl) $(LIBS_papoctl)
