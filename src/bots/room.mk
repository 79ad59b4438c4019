noinst_LIBRARIES += %D%/libbots.a
%C%_libbots_a_SOURCES = \
	%D%/bot_help.c \
	%D%/bots.c %D%/bots.h \
	%D%/chanserv.def \
	%D%/errand.c %D%/errand.h \
	%D%/nickserv.def \
	%D%/nickserv_info.c \
	%D%/voice.c %D%/voice.h
