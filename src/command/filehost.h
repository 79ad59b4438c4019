/* Uploaded files: papod-gate takes them, and asks over a connection of its own who uploads one.
 *
 *     FILEHOST CHECK PLAIN <message of SASL, in pieces as those of AUTHENTICATE>
 *     FILEHOST CHECK OAUTHBEARER <likewise>
 *     FILEHOST CHECK TOKEN <token of FILEHOST TOKEN, or of TOKEN GENERATE FILEHOST>
 *
 * The answer has a status of HTTP, the id and the name of the account, and a reason:
 *
 *     :irc.example.org FILEHOST CHECK 200 17 ana :
 *     :irc.example.org FILEHOST CHECK 401 0 * :The password is wrong */
#pragma once

#include "action/command.h"
#include "action/login_answer.h"
#include "config/settings.h"

/* The service that papod offers itself: TOKEN lists it, and makes tokens for it. It has no
 * validators: only the gate shows its tokens. False: nothing can be uploaded. */
bool filehost_service(const struct settings *settings, struct token_service_settings *ret_service);

/* See command/logins.h. */
void filehost_decided(struct call *call, enum login_result result, const char *reason);
void filehost_refuse(struct call *call);
