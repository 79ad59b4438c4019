/* Answers to CLIENTCERT that come later. IRCv3 client-cert. */
#pragma once

#include "action/command.h"
#include "world/changes.h"

/* The certificate was stored or removed, or was not; the session may be gone. */
void clientcert_stored(struct call *call, const struct change *change, enum stored status);
