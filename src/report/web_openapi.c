/* Owns the form of the description. */
#include "report/web_openapi.h"

#include <string.h>

#include "base/cleanup.h"
#include "config/api_scopes.h"
#include "report/report_rows.h"
#include "report/web_routes.h"

static const struct {
	enum http_status status;
	const char *help;
} problems[] = {
	{ HTTP_STATUS_BAD_REQUEST, "A parameter is unknown, missing or malformed" },
	{ HTTP_STATUS_UNAUTHORIZED, "The token is wrong or missing" },
	{ HTTP_STATUS_FORBIDDEN, "The token lacks the scope, or comes from another address" },
	{ HTTP_STATUS_NOT_FOUND, "What the path names is not there" },
	{ HTTP_STATUS_CONTENT_TOO_LARGE, "The body is too large" },
	{ HTTP_STATUS_UNPROCESSABLE, "The server refuses it, for the reason in detail" },
	{ HTTP_STATUS_TOO_MANY_REQUESTS, "There were too many wrong tokens, or messages" },
	{ HTTP_STATUS_UNAVAILABLE, "The server does not answer at the moment" },
};

static json_t *type_of_field(enum report_type type)
{
	switch (type) {
	case REPORT_TYPE_TEXT:
		return json_pack("{s:[s,s]}", "type", "string", "null");
	case REPORT_TYPE_NUMBER:
		return json_pack("{s:s,s:i}", "type", "integer", "minimum", 0);
	case REPORT_TYPE_FLAG:
		return json_pack("{s:s}", "type", "boolean");
	case REPORT_TYPE_TIME:
		return json_pack("{s:[s,s],s:s}", "type", "string", "null", "format", "date-time");
	}
	return NULL;
}

static json_t *schema_of_row(const struct report_row *row)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < row->n_fields; i++) {
		const struct report_field *field = &row->fields[i];
		json_t *type = type_of_field(field->type);

		json_object_set_new(type, "description", json_string(field->help));
		json_object_set_new(properties, field->name, type);
		json_array_append_new(required, json_string(field->name));
	}
	return json_pack(
		"{s:s,s:o,s:o}", "type", "object", "required", required, "properties", properties);
}

static json_t *reference_to(const char *kind, const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%s", kind, name));
}

static json_t *content_of(const char *type, json_t *schema)
{
	return json_pack("{s:{s:o}}", type, "schema", schema);
}

static json_t *report_content(const struct report_row *row)
{
	json_t *list = json_pack(
		"{s:s,s:o}", "type", "array", "items", reference_to("schemas", row->type));

	return content_of(
		"application/json", json_pack("{s:s,s:[s],s:{s:o}}", "type", "object", "required",
					    row->member, "properties", row->member, list));
}

static json_t *content_of_route(const struct web_route *route)
{
	switch (route->task) {
	case WEB_TASK_REPORT:
		return report_content(report_row(route->report));
	case WEB_TASK_OPENAPI:
		return content_of("application/json", json_pack("{s:s}", "type", "object"));
	case WEB_TASK_SEND:
		return content_of(
			"application/json", json_pack("{s:s,s:[s],s:{s:{s:s,s:i}}}", "type",
						    "object", "required", "messages", "properties",
						    "messages", "type", "integer", "minimum", 0));
	case WEB_TASK_EVENTS:
		return content_of("text/event-stream", json_pack("{s:s}", "type", "string"));
	case WEB_TASK_METRICS:
	case WEB_TASK_NOTIFY:
		break;
	}
	return NULL;
}

static json_t *responses_of_route(const struct web_route *route)
{
	json_t *responses = json_object();
	char status[16];

	json_object_set_new(responses, "200",
		json_pack("{s:s,s:o}", "description", "The answer", "content",
			content_of_route(route)));
	for (size_t i = 0; i < ARRAY_LENGTH(problems); i++) {
		snprintf(status, sizeof(status), "%d", (int) problems[i].status);
		json_object_set_new(responses, status,
			json_pack("{s:s,s:o}", "description", problems[i].help, "content",
				content_of("application/problem+json",
					reference_to("schemas", "Problem"))));
	}
	return responses;
}

/* Paths whose parameters are no report's. */
static void add_place_param(json_t *parameters)
{
	json_array_append_new(parameters,
		json_pack("{s:s,s:s,s:b,s:s,s:{s:s}}", "name", "place", "in", "path", "required", 1,
			"description", "the channel", "schema", "type", "string"));
}

static json_t *parameters_of_route(const struct web_route *route)
{
	const struct report_row *row =
		route->task == WEB_TASK_REPORT ? report_row(route->report) : NULL;
	json_t *parameters = json_array();

	if (route->task == WEB_TASK_SEND || route->task == WEB_TASK_EVENTS)
		add_place_param(parameters);
	for (size_t i = 0; row && i < row->n_params; i++) {
		const struct report_param *param = &row->params[i];
		bool is_in_path = web_route_has_param(route, param->name);

		json_array_append_new(
			parameters, json_pack("{s:s,s:s,s:b,s:s,s:{s:s}}", "name", param->name,
					    "in", is_in_path ? "path" : "query", "required",
					    is_in_path || !param->is_optional, "description",
					    param->help, "schema", "type", "string"));
	}
	return parameters;
}

static json_t *describe_message(void)
{
	return json_pack("{s:b,s:o}", "required", 1, "content",
		content_of("application/json",
			json_pack("{s:s,s:[s],s:{s:{s:s,s:s}}}", "type", "object", "required",
				"text", "properties", "text", "type", "string", "description",
				"at most 8 KiB; each line is a message, of at most 32")));
}

static const char *help_of_route(const struct web_route *route)
{
	if (route->task == WEB_TASK_REPORT)
		return report_row(route->report)->help;
	if (route->task == WEB_TASK_EVENTS)
		return "What is recorded of the channel, as it happens: server-sent events of the "
		       "name message, whose data is a Message";
	return route->task == WEB_TASK_SEND
		       ? "Send messages to the channel, as the source of the program"
		       : "This description";
}

static json_t *describe_route(const struct web_route *route)
{
	json_t *scopes = route->scope ? json_pack("[s]", route->scope) : json_array();
	json_t *described = json_pack("{s:s,s:o,s:o,s:[{s:o}]}", "summary", help_of_route(route),
		"parameters", parameters_of_route(route), "responses", responses_of_route(route),
		"security", "token", scopes);

	if (route->task == WEB_TASK_SEND)
		json_object_set_new(described, "requestBody", describe_message());
	return described;
}

static json_t *describe_paths(void)
{
	json_t *paths = json_object(), *methods;
	const struct web_route *route;

	for (size_t i = 0; (route = web_route(i)); i++) {
		if (route->access != WEB_ACCESS_TOKEN)
			continue;
		methods = json_object_get(paths, route->path);
		if (!methods) {
			methods = json_object();
			json_object_set_new(paths, route->path, methods);
		}
		json_object_set_new(methods, route->method == HTTP_METHOD_POST ? "post" : "get",
			describe_route(route));
	}
	return paths;
}

static json_t *describe_schemas(void)
{
	json_t *schemas = json_pack("{s:{s:s,s:[s,s,s],s:{s:{s:s},s:{s:s},s:{s:s},s:{s:s}}}}",
		"Problem", "type", "object", "required", "type", "title", "status", "properties",
		"type", "type", "string", "title", "type", "string", "status", "type", "integer",
		"detail", "type", "string");
	const struct web_route *route;

	for (size_t i = 0; (route = web_route(i)); i++)
		if (route->task == WEB_TASK_REPORT)
			json_object_set_new(schemas, report_row(route->report)->type,
				schema_of_row(report_row(route->report)));
	return schemas;
}

static json_t *describe_scopes(void)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_put_text(&text, "A token of api_tokens, which may have these scopes:");
	for (size_t i = 0; api_scope(i); i++)
		buffer_format(
			&text, "%s %s (%s)", i ? "," : "", api_scope(i)->name, api_scope(i)->help);
	return json_string(text.bytes);
}

json_t *web_openapi(void)
{
	return json_pack("{s:s,s:{s:s,s:s},s:o,s:{s:o,s:{s:{s:s,s:s,s:o}}}}", "openapi", "3.1.0",
		"info", "title", PACKAGE_NAME, "version", PACKAGE_VERSION, "paths",
		describe_paths(), "components", "schemas", describe_schemas(), "securitySchemes",
		"token", "type", "http", "scheme", "bearer", "description", describe_scopes());
}
