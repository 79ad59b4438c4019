# Fuzz targets. Each is a test that feeds its corpus to it, with driver.c; and with --enable-fuzzers
# also a libFuzzer program, which ./dev fuzz runs.
SMALL_SERVER = tests/unit/daemon/small_server.c tests/unit/daemon/small_server.h
TLS_PAIR = tests/unit/tls/pair.c tests/unit/tls/pair.h
TLS_HANDSHAKE = tests/unit/tls/handshake.c tests/unit/tls/handshake.h
WEBSOCKET_PEER = tests/unit/proto/websocket_peer.c tests/unit/proto/websocket_peer.h
MOVING_FEED = %D%/moving.c %D%/moving.h
REGISTRY_FEED = %D%/registry.c %D%/registry.h
WORLD_HELPERS = %D%/heard.c %D%/heard.h %D%/helper_reports.c %D%/helper_reports.h
REGISTRY_LIBS = src/report/libreport.a $(ROOMS_moving) $(LIBS_moving)
FUZZ_LIBS = $(ROOMS_command) $(LIBS_config) $(CRYPT_LIBS)
FUZZ_CHECKS = \
	%D%/fuzz_anope \
	%D%/fuzz_atheme \
	%D%/fuzz_base64 \
	%D%/fuzz_bearer \
	%D%/fuzz_bouncer_log \
	%D%/fuzz_cap \
	%D%/fuzz_checker_lines \
	%D%/fuzz_config \
	%D%/fuzz_connections \
	%D%/fuzz_control_calls \
	%D%/fuzz_ergo \
	%D%/fuzz_ergo_accounts \
	%D%/fuzz_event_log \
	%D%/fuzz_filter \
	%D%/fuzz_frame \
	%D%/fuzz_gate_message \
	%D%/fuzz_history \
	%D%/fuzz_hook \
	%D%/fuzz_http \
	%D%/fuzz_http_upload \
	%D%/fuzz_kept \
	%D%/fuzz_mail_lines \
	%D%/fuzz_push_keys \
	%D%/fuzz_push_lines \
	%D%/fuzz_push_url \
	%D%/fuzz_resolve \
	%D%/fuzz_mask \
	%D%/fuzz_message \
	%D%/fuzz_modestring \
	%D%/fuzz_multiline \
	%D%/fuzz_name_syntax \
	%D%/fuzz_inspircd \
	%D%/fuzz_ngircd \
	%D%/fuzz_notification \
	%D%/fuzz_opaque_string \
	%D%/fuzz_proxy \
	%D%/fuzz_rows \
	%D%/fuzz_sasl \
	%D%/fuzz_scram \
	%D%/fuzz_snapshot \
	%D%/fuzz_tags \
	%D%/fuzz_tls \
	%D%/fuzz_tls_openssl \
	%D%/fuzz_unrealircd \
	%D%/fuzz_web_request \
	%D%/fuzz_websocket \
	%D%/fuzz_world
check_PROGRAMS += $(FUZZ_CHECKS)
TESTS += $(FUZZ_CHECKS) %D%/reach.sh
EXTRA_DIST += %D%/corpus %D%/checker_lines.dict %D%/control_calls.dict %D%/filter.dict %D%/hook.dict %D%/http.dict %D%/http_upload.dict %D%/mail_lines.dict %D%/notification.dict %D%/opaque_string.dict %D%/proxy.dict %D%/push_lines.dict %D%/push_url.dict %D%/sasl.dict %D%/scram.dict %D%/websocket.dict %D%/world.dict %D%/reach.sh
%C%_fuzz_anope_SOURCES = %D%/fuzz_anope.c $(REGISTRY_FEED) %D%/driver.c
%C%_fuzz_anope_LDADD = $(REGISTRY_LIBS)
%C%_fuzz_atheme_SOURCES = %D%/fuzz_atheme.c $(REGISTRY_FEED) %D%/driver.c
%C%_fuzz_atheme_LDADD = $(REGISTRY_LIBS)
%C%_fuzz_ergo_accounts_SOURCES = %D%/fuzz_ergo_accounts.c $(REGISTRY_FEED) %D%/driver.c
%C%_fuzz_ergo_accounts_LDADD = $(REGISTRY_LIBS)
%C%_fuzz_base64_SOURCES = %D%/fuzz_base64.c %D%/driver.c
%C%_fuzz_base64_LDADD = $(ROOMS_base)
%C%_fuzz_bearer_SOURCES = %D%/fuzz_bearer.c %D%/driver.c
%C%_fuzz_bearer_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_bouncer_log_SOURCES = %D%/fuzz_bouncer_log.c %D%/driver.c
%C%_fuzz_bouncer_log_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_fuzz_cap_SOURCES = %D%/fuzz_cap.c %D%/driver.c
%C%_fuzz_cap_LDADD = $(FUZZ_LIBS)
%C%_fuzz_checker_lines_SOURCES = %D%/fuzz_checker_lines.c %D%/driver.c
%C%_fuzz_checker_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_config_SOURCES = %D%/fuzz_config.c %D%/driver.c
%C%_fuzz_config_LDADD = $(FUZZ_LIBS)
%C%_fuzz_connections_SOURCES = %D%/fuzz_connections.c %D%/driver.c
%C%_fuzz_connections_LDADD = $(ROOMS_net) $(LIBS_net)
%C%_fuzz_control_calls_SOURCES = %D%/fuzz_control_calls.c %D%/driver.c
%C%_fuzz_control_calls_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_fuzz_ergo_SOURCES = %D%/fuzz_ergo.c $(MOVING_FEED) %D%/driver.c
%C%_fuzz_ergo_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_fuzz_event_log_SOURCES = %D%/fuzz_event_log.c %D%/driver.c
%C%_fuzz_event_log_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_fuzz_filter_SOURCES = %D%/fuzz_filter.c %D%/driver.c
%C%_fuzz_filter_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_frame_SOURCES = %D%/fuzz_frame.c %D%/driver.c
%C%_fuzz_frame_LDADD = $(FUZZ_LIBS)
%C%_fuzz_gate_message_SOURCES = %D%/fuzz_gate_message.c %D%/driver.c
%C%_fuzz_gate_message_LDADD = $(ROOMS_proto)
%C%_fuzz_hook_SOURCES = %D%/fuzz_hook.c %D%/driver.c
%C%_fuzz_hook_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_http_SOURCES = %D%/fuzz_http.c %D%/driver.c
%C%_fuzz_http_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_http_upload_SOURCES = %D%/fuzz_http_upload.c %D%/driver.c
%C%_fuzz_http_upload_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_kept_SOURCES = %D%/fuzz_kept.c %D%/driver.c $(SMALL_SERVER)
%C%_fuzz_kept_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_fuzz_mail_lines_SOURCES = %D%/fuzz_mail_lines.c %D%/driver.c
%C%_fuzz_mail_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_history_SOURCES = %D%/fuzz_history.c %D%/driver.c
%C%_fuzz_history_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_push_keys_SOURCES = %D%/fuzz_push_keys.c %D%/driver.c
%C%_fuzz_push_keys_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_push_lines_SOURCES = %D%/fuzz_push_lines.c %D%/driver.c
%C%_fuzz_push_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_push_url_SOURCES = %D%/fuzz_push_url.c %D%/driver.c
%C%_fuzz_push_url_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_resolve_SOURCES = %D%/fuzz_resolve.c %D%/driver.c
%C%_fuzz_resolve_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_mask_SOURCES = %D%/fuzz_mask.c %D%/driver.c
%C%_fuzz_mask_LDADD = $(FUZZ_LIBS)
%C%_fuzz_message_SOURCES = %D%/fuzz_message.c %D%/driver.c
%C%_fuzz_message_LDADD = $(FUZZ_LIBS)
%C%_fuzz_modestring_SOURCES = %D%/fuzz_modestring.c %D%/driver.c
%C%_fuzz_modestring_LDADD = $(FUZZ_LIBS)
%C%_fuzz_multiline_SOURCES = %D%/fuzz_multiline.c %D%/driver.c
%C%_fuzz_multiline_LDADD = $(FUZZ_LIBS)
%C%_fuzz_name_syntax_SOURCES = %D%/fuzz_name_syntax.c %D%/driver.c
%C%_fuzz_name_syntax_LDADD = $(FUZZ_LIBS)
%C%_fuzz_inspircd_SOURCES = %D%/fuzz_inspircd.c $(MOVING_FEED) %D%/driver.c
%C%_fuzz_inspircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_fuzz_ngircd_SOURCES = %D%/fuzz_ngircd.c $(MOVING_FEED) %D%/driver.c
%C%_fuzz_ngircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_fuzz_notification_SOURCES = %D%/fuzz_notification.c %D%/driver.c
%C%_fuzz_notification_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_opaque_string_SOURCES = %D%/fuzz_opaque_string.c %D%/driver.c
%C%_fuzz_opaque_string_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_proxy_SOURCES = %D%/fuzz_proxy.c %D%/driver.c
%C%_fuzz_proxy_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_rows_SOURCES = %D%/fuzz_rows.c %D%/driver.c
%C%_fuzz_rows_LDADD = $(FUZZ_LIBS)
%C%_fuzz_sasl_SOURCES = %D%/fuzz_sasl.c %D%/driver.c
%C%_fuzz_sasl_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_scram_SOURCES = %D%/fuzz_scram.c %D%/driver.c
%C%_fuzz_scram_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_snapshot_SOURCES = %D%/fuzz_snapshot.c %D%/driver.c
%C%_fuzz_snapshot_LDADD = $(FUZZ_LIBS)
%C%_fuzz_tags_SOURCES = %D%/fuzz_tags.c %D%/driver.c
%C%_fuzz_tags_LDADD = $(FUZZ_LIBS)
%C%_fuzz_tls_SOURCES = %D%/fuzz_tls.c $(TLS_PAIR) %D%/driver.c
%C%_fuzz_tls_LDADD = $(ROOMS_tls) $(LIBS_tls)
%C%_fuzz_tls_openssl_SOURCES = %D%/fuzz_tls_openssl.c $(TLS_PAIR) $(TLS_HANDSHAKE) %D%/driver.c
%C%_fuzz_tls_openssl_LDADD = $(ROOMS_tls) $(LIBSSL_LIBS) $(LIBS_tls)
%C%_fuzz_unrealircd_SOURCES = %D%/fuzz_unrealircd.c $(MOVING_FEED) %D%/driver.c
%C%_fuzz_unrealircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_fuzz_web_request_SOURCES = %D%/fuzz_web_request.c %D%/driver.c
%C%_fuzz_web_request_LDADD = $(FUZZ_LIBS)
%C%_fuzz_websocket_SOURCES = %D%/fuzz_websocket.c %D%/driver.c $(WEBSOCKET_PEER)
%C%_fuzz_websocket_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_fuzz_world_SOURCES = %D%/fuzz_world.c %D%/asked_reports.c %D%/asked_reports.h $(WORLD_HELPERS) %D%/reach.c %D%/reach.h %D%/world_settings.c %D%/world_settings.h %D%/driver.c
%C%_fuzz_world_LDADD = $(FUZZ_LIBS)

if ENABLE_FUZZERS
fuzz_programs = \
	%D%/libfuzzer_base64 \
	%D%/libfuzzer_bearer \
	%D%/libfuzzer_bouncer_log \
	%D%/libfuzzer_cap \
	%D%/libfuzzer_checker_lines \
	%D%/libfuzzer_config \
	%D%/libfuzzer_connections \
	%D%/libfuzzer_control_calls \
	%D%/libfuzzer_anope \
	%D%/libfuzzer_atheme \
	%D%/libfuzzer_ergo \
	%D%/libfuzzer_ergo_accounts \
	%D%/libfuzzer_event_log \
	%D%/libfuzzer_filter \
	%D%/libfuzzer_frame \
	%D%/libfuzzer_gate_message \
	%D%/libfuzzer_history \
	%D%/libfuzzer_hook \
	%D%/libfuzzer_http \
	%D%/libfuzzer_http_upload \
	%D%/libfuzzer_kept \
	%D%/libfuzzer_mail_lines \
	%D%/libfuzzer_push_keys \
	%D%/libfuzzer_push_lines \
	%D%/libfuzzer_push_url \
	%D%/libfuzzer_resolve \
	%D%/libfuzzer_mask \
	%D%/libfuzzer_message \
	%D%/libfuzzer_modestring \
	%D%/libfuzzer_multiline \
	%D%/libfuzzer_name_syntax \
	%D%/libfuzzer_inspircd \
	%D%/libfuzzer_ngircd \
	%D%/libfuzzer_notification \
	%D%/libfuzzer_opaque_string \
	%D%/libfuzzer_proxy \
	%D%/libfuzzer_rows \
	%D%/libfuzzer_sasl \
	%D%/libfuzzer_scram \
	%D%/libfuzzer_snapshot \
	%D%/libfuzzer_tags \
	%D%/libfuzzer_tls \
	%D%/libfuzzer_tls_openssl \
	%D%/libfuzzer_unrealircd \
	%D%/libfuzzer_web_request \
	%D%/libfuzzer_websocket \
	%D%/libfuzzer_world
noinst_PROGRAMS += $(fuzz_programs)
%C%_libfuzzer_base64_SOURCES = %D%/fuzz_base64.c
%C%_libfuzzer_base64_LDADD = $(ROOMS_base)
%C%_libfuzzer_base64_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_bearer_SOURCES = %D%/fuzz_bearer.c
%C%_libfuzzer_bearer_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_bearer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_bouncer_log_SOURCES = %D%/fuzz_bouncer_log.c
%C%_libfuzzer_bouncer_log_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_libfuzzer_bouncer_log_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_cap_SOURCES = %D%/fuzz_cap.c
%C%_libfuzzer_cap_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_cap_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_checker_lines_SOURCES = %D%/fuzz_checker_lines.c
%C%_libfuzzer_checker_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_checker_lines_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_config_SOURCES = %D%/fuzz_config.c
%C%_libfuzzer_config_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_config_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_connections_SOURCES = %D%/fuzz_connections.c
%C%_libfuzzer_connections_LDADD = $(ROOMS_net) $(LIBS_net)
%C%_libfuzzer_connections_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_control_calls_SOURCES = %D%/fuzz_control_calls.c
%C%_libfuzzer_control_calls_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_libfuzzer_control_calls_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_anope_SOURCES = %D%/fuzz_anope.c $(REGISTRY_FEED)
%C%_libfuzzer_anope_LDADD = $(REGISTRY_LIBS)
%C%_libfuzzer_anope_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_atheme_SOURCES = %D%/fuzz_atheme.c $(REGISTRY_FEED)
%C%_libfuzzer_atheme_LDADD = $(REGISTRY_LIBS)
%C%_libfuzzer_atheme_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_ergo_accounts_SOURCES = %D%/fuzz_ergo_accounts.c $(REGISTRY_FEED)
%C%_libfuzzer_ergo_accounts_LDADD = $(REGISTRY_LIBS)
%C%_libfuzzer_ergo_accounts_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_ergo_SOURCES = %D%/fuzz_ergo.c $(MOVING_FEED)
%C%_libfuzzer_ergo_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_libfuzzer_ergo_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_event_log_SOURCES = %D%/fuzz_event_log.c
%C%_libfuzzer_event_log_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_libfuzzer_event_log_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_filter_SOURCES = %D%/fuzz_filter.c
%C%_libfuzzer_filter_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_filter_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_frame_SOURCES = %D%/fuzz_frame.c
%C%_libfuzzer_frame_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_frame_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_gate_message_SOURCES = %D%/fuzz_gate_message.c
%C%_libfuzzer_gate_message_LDADD = $(ROOMS_proto)
%C%_libfuzzer_gate_message_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_hook_SOURCES = %D%/fuzz_hook.c
%C%_libfuzzer_hook_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_hook_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_http_SOURCES = %D%/fuzz_http.c
%C%_libfuzzer_http_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_http_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_http_upload_SOURCES = %D%/fuzz_http_upload.c
%C%_libfuzzer_http_upload_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_http_upload_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_kept_SOURCES = %D%/fuzz_kept.c $(SMALL_SERVER)
%C%_libfuzzer_kept_LDADD = $(ROOMS_daemon) $(LIBS_daemon)
%C%_libfuzzer_kept_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_mail_lines_SOURCES = %D%/fuzz_mail_lines.c
%C%_libfuzzer_mail_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_mail_lines_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_history_SOURCES = %D%/fuzz_history.c
%C%_libfuzzer_history_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_history_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_push_keys_SOURCES = %D%/fuzz_push_keys.c
%C%_libfuzzer_push_keys_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_push_keys_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_push_lines_SOURCES = %D%/fuzz_push_lines.c
%C%_libfuzzer_push_lines_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_push_lines_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_push_url_SOURCES = %D%/fuzz_push_url.c
%C%_libfuzzer_push_url_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_push_url_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_resolve_SOURCES = %D%/fuzz_resolve.c
%C%_libfuzzer_resolve_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_resolve_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_mask_SOURCES = %D%/fuzz_mask.c
%C%_libfuzzer_mask_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_mask_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_message_SOURCES = %D%/fuzz_message.c
%C%_libfuzzer_message_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_message_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_modestring_SOURCES = %D%/fuzz_modestring.c
%C%_libfuzzer_modestring_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_modestring_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_multiline_SOURCES = %D%/fuzz_multiline.c
%C%_libfuzzer_multiline_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_multiline_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_name_syntax_SOURCES = %D%/fuzz_name_syntax.c
%C%_libfuzzer_name_syntax_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_name_syntax_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_inspircd_SOURCES = %D%/fuzz_inspircd.c $(MOVING_FEED)
%C%_libfuzzer_inspircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_libfuzzer_inspircd_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_ngircd_SOURCES = %D%/fuzz_ngircd.c $(MOVING_FEED)
%C%_libfuzzer_ngircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_libfuzzer_ngircd_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_notification_SOURCES = %D%/fuzz_notification.c
%C%_libfuzzer_notification_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_notification_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_opaque_string_SOURCES = %D%/fuzz_opaque_string.c
%C%_libfuzzer_opaque_string_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_opaque_string_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_proxy_SOURCES = %D%/fuzz_proxy.c
%C%_libfuzzer_proxy_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_proxy_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_rows_SOURCES = %D%/fuzz_rows.c
%C%_libfuzzer_rows_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_rows_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_sasl_SOURCES = %D%/fuzz_sasl.c
%C%_libfuzzer_sasl_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_sasl_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_scram_SOURCES = %D%/fuzz_scram.c
%C%_libfuzzer_scram_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_scram_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_snapshot_SOURCES = %D%/fuzz_snapshot.c
%C%_libfuzzer_snapshot_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_snapshot_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_tags_SOURCES = %D%/fuzz_tags.c
%C%_libfuzzer_tags_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_tags_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_tls_SOURCES = %D%/fuzz_tls.c $(TLS_PAIR)
%C%_libfuzzer_tls_LDADD = $(ROOMS_tls) $(LIBS_tls)
%C%_libfuzzer_tls_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_tls_openssl_SOURCES = %D%/fuzz_tls_openssl.c $(TLS_PAIR) $(TLS_HANDSHAKE)
%C%_libfuzzer_tls_openssl_LDADD = $(ROOMS_tls) $(LIBSSL_LIBS) $(LIBS_tls)
%C%_libfuzzer_tls_openssl_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_unrealircd_SOURCES = %D%/fuzz_unrealircd.c $(MOVING_FEED)
%C%_libfuzzer_unrealircd_LDADD = $(ROOMS_moving) $(LIBS_moving)
%C%_libfuzzer_unrealircd_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_web_request_SOURCES = %D%/fuzz_web_request.c
%C%_libfuzzer_web_request_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_web_request_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_websocket_SOURCES = %D%/fuzz_websocket.c $(WEBSOCKET_PEER)
%C%_libfuzzer_websocket_LDADD = $(ROOMS_proto) $(LIBS_proto)
%C%_libfuzzer_websocket_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_libfuzzer_world_SOURCES = %D%/fuzz_world.c %D%/asked_reports.c %D%/asked_reports.h $(WORLD_HELPERS) %D%/reach.c %D%/reach.h %D%/world_settings.c %D%/world_settings.h
%C%_libfuzzer_world_LDADD = $(FUZZ_LIBS)
%C%_libfuzzer_world_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif

.PHONY: fuzz-programs
fuzz-programs: $(fuzz_programs)
