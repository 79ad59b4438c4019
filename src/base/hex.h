/* Hexadecimal digits, in both cases. */
#pragma once

#include "base/text.h"

/* The value of a digit; -1: it is none. */
static inline int hex_digit(char byte)
{
	if (text_is_digit(byte))
		return byte - '0';
	byte = text_lower(byte);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}
