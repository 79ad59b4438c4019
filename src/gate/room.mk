noinst_LIBRARIES += %D%/libgate.a
%C%_libgate_a_SOURCES = \
	%D%/asker.c %D%/asker.h \
	%D%/banned.c %D%/banned.h \
	%D%/certificate.c %D%/certificate.h \
	%D%/challenge.c %D%/challenge.h \
	%D%/door.c %D%/door.h \
	%D%/errand.h \
	%D%/forked.c %D%/forked.h \
	%D%/gate.c %D%/gate.h \
	%D%/gate_settings.c %D%/gate_settings.h \
	%D%/goodbye.c %D%/goodbye.h \
	%D%/handshake.c %D%/handshake.h \
	%D%/keyring.c %D%/keyring.h \
	%D%/last_good.c %D%/last_good.h \
	%D%/link_maker.c %D%/link_maker.h \
	%D%/linger.c %D%/linger.h \
	%D%/page.c %D%/page.h \
	%D%/papod_link.c %D%/papod_link.h \
	%D%/papod_watch.c %D%/papod_watch.h \
	%D%/passed_request.c %D%/passed_request.h \
	%D%/passing.c %D%/passing.h \
	%D%/process.c %D%/process.h \
	%D%/processes.c %D%/processes.h \
	%D%/self_signed.c %D%/self_signed.h \
	%D%/session_facts.c %D%/session_facts.h \
	%D%/session_keys.c %D%/session_keys.h \
	%D%/tidying.c %D%/tidying.h \
	%D%/upload_desk.c %D%/upload_desk.h \
	%D%/upload_request.c %D%/upload_request.h \
	%D%/uploads.c %D%/uploads.h %D%/uploads_inside.h \
	%D%/uploads_listing.c \
	%D%/uploads_receiving.c \
	%D%/watched_files.c %D%/watched_files.h \
	%D%/web.c %D%/web.h \
	%D%/web_output.c %D%/web_output.h

sbin_PROGRAMS += papod-gate
papod_gate_SOURCES = %D%/main.c
papod_gate_LDADD = $(ROOMS_gate) $(LIBS_gate)
