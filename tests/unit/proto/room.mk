check_PROGRAMS += %D%/test_ban_mask
TESTS += %D%/test_ban_mask
%C%_test_ban_mask_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_ban_mask_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_blocklist
TESTS += %D%/test_blocklist
%C%_test_blocklist_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_blocklist_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_casemap
TESTS += %D%/test_casemap
%C%_test_casemap_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_casemap_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_certfp
TESTS += %D%/test_certfp
%C%_test_certfp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_certfp_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_certificate_facts
TESTS += %D%/test_certificate_facts
%C%_test_certificate_facts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_certificate_facts_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_checker_lines
TESTS += %D%/test_checker_lines
%C%_test_checker_lines_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_checker_lines_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
%C%_test_checker_lines_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_client_hello
TESTS += %D%/test_client_hello
%C%_test_client_hello_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_client_hello_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_cloak
TESTS += %D%/test_cloak
%C%_test_cloak_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_cloak_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_duration
TESTS += %D%/test_duration
%C%_test_duration_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_duration_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_filter_set
TESTS += %D%/test_filter_set
%C%_test_filter_set_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_filter_set_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS) $(LEAK_CHECK)

check_PROGRAMS += %D%/test_foreign
TESTS += %D%/test_foreign
%C%_test_foreign_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_foreign_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_formatting
TESTS += %D%/test_formatting
%C%_test_formatting_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_formatting_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_frame
TESTS += %D%/test_frame
%C%_test_frame_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_frame_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_gate_message
TESTS += %D%/test_gate_message
%C%_test_gate_message_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_gate_message_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_http
TESTS += %D%/test_http
%C%_test_http_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_http_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_http_path
TESTS += %D%/test_http_path
%C%_test_http_path_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_http_path_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_http_reply
TESTS += %D%/test_http_reply
%C%_test_http_reply_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_http_reply_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_http_upgrade
TESTS += %D%/test_http_upgrade
%C%_test_http_upgrade_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_http_upgrade_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_http_upload
TESTS += %D%/test_http_upload
%C%_test_http_upload_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_http_upload_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_mask
TESTS += %D%/test_mask
%C%_test_mask_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mask_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=casemap_lower
%C%_test_mask_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_mask_index
TESTS += %D%/test_mask_index
%C%_test_mask_index_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mask_index_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_message
TESTS += %D%/test_message
%C%_test_message_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_message_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_modestring
TESTS += %D%/test_modestring
%C%_test_modestring_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_modestring_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_name_syntax
TESTS += %D%/test_name_syntax
%C%_test_name_syntax_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_name_syntax_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_invitation_text
TESTS += %D%/test_invitation_text
%C%_test_invitation_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_invitation_text_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_totp
TESTS += %D%/test_totp
%C%_test_totp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_totp_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_unicode
TESTS += %D%/test_unicode
%C%_test_unicode_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_unicode_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_crypt_cost
TESTS += %D%/test_crypt_cost
%C%_test_crypt_cost_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_crypt_cost_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_old_hash
TESTS += %D%/test_old_hash
%C%_test_old_hash_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_old_hash_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_opaque_string
TESTS += %D%/test_opaque_string
%C%_test_opaque_string_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_opaque_string_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
%C%_test_opaque_string_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_proxy
TESTS += %D%/test_proxy
%C%_test_proxy_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_proxy_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_bearer
TESTS += %D%/test_bearer
%C%_test_bearer_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_bearer_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_push_keys
TESTS += %D%/test_push_keys
%C%_test_push_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_push_keys_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_push_lines
TESTS += %D%/test_push_lines
%C%_test_push_lines_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_push_lines_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_push_url
TESTS += %D%/test_push_url
%C%_test_push_url_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_push_url_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_push_wall
TESTS += %D%/test_push_wall
%C%_test_push_wall_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_push_wall_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_resolve_message
TESTS += %D%/test_resolve_message
%C%_test_resolve_message_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_resolve_message_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_sasl
TESTS += %D%/test_sasl
%C%_test_sasl_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_sasl_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_scram
TESTS += %D%/test_scram
%C%_test_scram_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_scram_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_scram_verifier
TESTS += %D%/test_scram_verifier
%C%_test_scram_verifier_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_scram_verifier_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_sha1
TESTS += %D%/test_sha1
%C%_test_sha1_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_sha1_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_store_row
TESTS += %D%/test_store_row
%C%_test_store_row_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_store_row_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_tags
TESTS += %D%/test_tags
%C%_test_tags_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_tags_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_tls_facts
TESTS += %D%/test_tls_facts
%C%_test_tls_facts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_tls_facts_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_websocket
TESTS += %D%/test_websocket
%C%_test_websocket_SOURCES = %D%/test_websocket.c %D%/websocket_peer.c %D%/websocket_peer.h
%C%_test_websocket_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_websocket_LDADD = src/proto/libproto.a src/base/libbase.a $(CMOCKA_LIBS)

ASSERT_NOTIFICATION = %D%/assert_notification.c %D%/assert_notification.h

check_PROGRAMS += %D%/test_notification
TESTS += %D%/test_notification
%C%_test_notification_SOURCES = %D%/test_notification.c $(ASSERT_NOTIFICATION)
%C%_test_notification_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notification_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
%C%_test_notification_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_notification_text
TESTS += %D%/test_notification_text
%C%_test_notification_text_SOURCES = %D%/test_notification_text.c $(ASSERT_NOTIFICATION)
%C%_test_notification_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notification_text_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_notification_url
TESTS += %D%/test_notification_url
%C%_test_notification_url_SOURCES = %D%/test_notification_url.c $(ASSERT_NOTIFICATION)
%C%_test_notification_url_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notification_url_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_notification_json
TESTS += %D%/test_notification_json
%C%_test_notification_json_SOURCES = %D%/test_notification_json.c $(ASSERT_NOTIFICATION)
%C%_test_notification_json_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_notification_json_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_varlink_message
TESTS += %D%/test_varlink_message
%C%_test_varlink_message_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_varlink_message_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_mail_code
TESTS += %D%/test_mail_code
%C%_test_mail_code_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mail_code_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_mail_lines
TESTS += %D%/test_mail_lines
%C%_test_mail_lines_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_mail_lines_LDADD = $(ROOMS_proto) $(LIBS_proto) @CMOCKA_LIBS@

check_PROGRAMS += %D%/test_json_text
TESTS += %D%/test_json_text
%C%_test_json_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_json_text_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_history_row
TESTS += %D%/test_history_row
%C%_test_history_row_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_history_row_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_history_merge
TESTS += %D%/test_history_merge
%C%_test_history_merge_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_history_merge_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_upload_list
TESTS += %D%/test_upload_list
%C%_test_upload_list_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_upload_list_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_web_request
TESTS += %D%/test_web_request
%C%_test_web_request_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_web_request_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_hook
TESTS += %D%/test_hook
%C%_test_hook_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_hook_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_word_list
TESTS += %D%/test_word_list
%C%_test_word_list_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_test_word_list_LDADD = $(ROOMS_proto) $(LIBS_proto) $(CMOCKA_LIBS) $(LEAK_CHECK)
