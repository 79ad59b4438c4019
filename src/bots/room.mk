noinst_LIBRARIES += %D%/libbots.a
%C%_libbots_a_SOURCES = \
	%D%/asking.c %D%/asking.h \
	%D%/bot_help.c \
	%D%/bots.c %D%/bots.h \
	%D%/chanserv.c %D%/chanserv.def %D%/chanserv.h \
	%D%/chanserv_access.c \
	%D%/chanserv_clear.c \
	%D%/chanserv_history.c %D%/chanserv_history.h \
	%D%/chanserv_hold.c %D%/expiry_warning.h \
	%D%/chanserv_info.c \
	%D%/chanserv_rank.c \
	%D%/chanserv_register.c \
	%D%/chanserv_set.c \
	%D%/chanserv_words.c \
	%D%/code_mails.c %D%/code_mails.h \
	%D%/confirmation.c %D%/confirmation.h \
	%D%/errand.c %D%/errand.h \
	%D%/message_export.c %D%/message_export.h \
	%D%/nickserv.c %D%/nickserv.def %D%/nickserv.h \
	%D%/nickserv_cert.c \
	%D%/nickserv_drop.c %D%/nickserv_drop.h \
	%D%/nickserv_erase.c \
	%D%/nickserv_export.c \
	%D%/nickserv_ghost.c \
	%D%/nickserv_group.c \
	%D%/nickserv_hold.c \
	%D%/nickserv_suspend.c \
	%D%/nickserv_identify.c %D%/nickserv_identify.h \
	%D%/nickserv_info.c \
	%D%/nickserv_invitation.c %D%/nickserv_invitation.h \
	%D%/nickserv_logout.c \
	%D%/nickserv_passwd.c %D%/nickserv_passwd.h \
	%D%/nickserv_register.c %D%/nickserv_register.h \
	%D%/nickserv_reset.c %D%/nickserv_reset.h \
	%D%/nickserv_sessions.c \
	%D%/nickserv_set.c \
	%D%/nickserv_totp.c %D%/nickserv_totp.h \
	%D%/nickserv_uploads.c %D%/nickserv_uploads.h \
	%D%/nickserv_verify.c %D%/nickserv_verify.h \
	%D%/voice.c %D%/voice.h
