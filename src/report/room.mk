noinst_LIBRARIES += %D%/libreport.a
%C%_libreport_a_SOURCES = \
	%D%/moderation_rows.inc \
	%D%/registry_rows.inc \
	%D%/report.c %D%/report.h \
	%D%/report_acts.c %D%/report_acts.h \
	%D%/report_import.c %D%/report_import.h \
	%D%/report_import_rows.c \
	%D%/report_messages.c %D%/report_messages.h \
	%D%/report_moderation.c %D%/report_moderation.h \
	%D%/report_past.c %D%/report_past.h \
	%D%/report_registry.c %D%/report_registry.h \
	%D%/report_rows.c %D%/report_rows.h \
	%D%/report_words.c \
	%D%/report_why.c %D%/report_why.h \
	%D%/report_views.c %D%/report_views.h \
	%D%/web_openapi.c %D%/web_openapi.h \
	%D%/web_routes.c %D%/web_routes.def %D%/web_routes.h
