/* Owns the parsing of weights. */
#include "proto/http_weight.h"

#include "base/text.h"

int http_parse_weight(const struct http_text *text)
{
	int weight, digit = 100;

	if (!text->length || text->length > 5 || (*text->bytes != '0' && *text->bytes != '1'))
		return -1;
	weight = (*text->bytes - '0') * HTTP_MOST_WEIGHT;
	for (size_t i = 1; i < text->length; i++) {
		if (i == 1 ? text->bytes[i] != '.' : !text_is_digit(text->bytes[i]))
			return -1;
		if (i == 1)
			continue;
		weight += (text->bytes[i] - '0') * digit;
		digit /= 10;
	}
	return weight <= HTTP_MOST_WEIGHT ? weight : -1;
}
