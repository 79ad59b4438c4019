noinst_LIBRARIES += %D%/libproto.a
%C%_libproto_a_SOURCES = \
	%D%/casemap.c %D%/casemap.h \
	%D%/certfp.c %D%/certfp.h \
	%D%/client_hello.c %D%/client_hello.h \
	%D%/cloak.c %D%/cloak.h \
	%D%/confusables.c %D%/confusables.h \
	%D%/datagram.h \
	%D%/duration.c %D%/duration.h \
	%D%/foreign.c %D%/foreign.h \
	%D%/formatting.c %D%/formatting.h \
	%D%/frame.c %D%/frame.h \
	%D%/gate_message.c %D%/gate_message.h \
	%D%/http.c %D%/http.h \
	%D%/http_path.c %D%/http_path.h \
	%D%/http_reply.c %D%/http_reply.h \
	%D%/http_upgrade.c %D%/http_upgrade.h \
	%D%/mask.c %D%/mask.h \
	%D%/mask_index.c %D%/mask_index.h \
	%D%/message.c %D%/message.h \
	%D%/modestring.c %D%/modestring.h \
	%D%/name_syntax.c %D%/name_syntax.h \
	%D%/notification.c %D%/notification.h \
	%D%/notification_draft.c %D%/notification_draft.h \
	%D%/notification_json.c %D%/notification_json.h \
	%D%/notification_text.c %D%/notification_text.h \
	%D%/notification_url.c %D%/notification_url.h \
	%D%/numeric.h \
	%D%/opaque_string.c %D%/opaque_string.h \
	%D%/proxy.c %D%/proxy.h \
	%D%/sasl.c %D%/sasl.h \
	%D%/scram.c %D%/scram.h \
	%D%/scram_verifier.c %D%/scram_verifier.h \
	%D%/sha1.c %D%/sha1.h \
	%D%/tags.c %D%/tags.h \
	%D%/tls_facts.c %D%/tls_facts.h \
	%D%/unicode.c %D%/unicode.h \
	%D%/websocket.c %D%/websocket.h
