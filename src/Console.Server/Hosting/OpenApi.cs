using System.Text.Json.Nodes;
using FleetConsole.Contracts;
using FleetConsole.Contracts.V1;
using Google.Api;
using Google.Protobuf.Reflection;
using ControlReflection = FleetConsole.Contracts.V1.ControlReflection;

namespace FleetConsole.Server.Hosting;

/// <summary>
/// The JSON interface's description (OpenAPI 3.1), made from the contract's own descriptors and their HTTP rules: it
/// cannot say anything else than what is served.
/// </summary>
internal static class OpenApi
{
    public const string Path = "/api/openapi.json";

    private static readonly FileDescriptor[] Files = [ControlReflection.Descriptor, RolloutsReflection.Descriptor];

    public static void MapOpenApi(this IEndpointRouteBuilder routes)
    {
        var document = Document().ToJsonString();
        routes.MapGet(Path, () => Results.Text(document, "application/json")).RequireAuthorization(Permissions.View);
    }

    public static JsonObject Document()
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var method in Files.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            if (method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is not { } rule)
                continue;
            var (verb, path) = rule.PatternCase == HttpRule.PatternOneofCase.Get ? ("get", rule.Get) : ("post", rule.Post);
            if (paths[path] is not JsonObject item)
                paths[path] = item = [];
            item[verb] = Operation(method, path, hasBody: rule.Body.Length > 0, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "FleetConsole", ["version"] = "v1" },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = schemas,
            },
        };
    }

    private static JsonObject Operation(MethodDescriptor method, string path, bool hasBody, JsonObject schemas)
    {
        var inPath = method.InputType.Fields.InDeclarationOrder().Where(field => path.Contains($"{{{field.Name}}}", StringComparison.Ordinal)).ToList();
        var inQuery = hasBody ? [] : method.InputType.Fields.InDeclarationOrder().Except(inPath).ToList();
        var operation = new JsonObject
        {
            ["operationId"] = method.Name,
            ["parameters"] = new JsonArray([.. inPath.Select(field => Parameter(field, "path", schemas)), .. inQuery.Select(field => Parameter(field, "query", schemas))]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "Taken, or answered.", ["content"] = Content(method.OutputType, schemas) } },
        };
        if (hasBody)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(method.InputType, schemas) };
        return operation;
    }

    private static JsonObject Parameter(FieldDescriptor field, string place, JsonObject schemas) => new()
    {
        ["name"] = place == "path" ? field.Name : field.JsonName,
        ["in"] = place,
        ["required"] = place == "path",
        ["schema"] = TypeOf(field, schemas),
    };

    private static JsonObject Content(MessageDescriptor message, JsonObject schemas) =>
        new() { ["application/json"] = new JsonObject { ["schema"] = Reference(message, schemas) } };

    private static JsonObject Reference(MessageDescriptor message, JsonObject schemas)
    {
        if (!schemas.ContainsKey(message.Name))
        {
            // Before its fields: a message may hold itself.
            var properties = new JsonObject();
            schemas[message.Name] = new JsonObject { ["type"] = "object", ["properties"] = properties };
            foreach (var field in message.Fields.InDeclarationOrder())
                properties[field.JsonName] = field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = TypeOf(field, schemas) } : TypeOf(field, schemas);
        }

        return new() { ["$ref"] = $"#/components/schemas/{message.Name}" };
    }

    // As the JSON mapping of proto3 has it: 64-bit numbers are strings, enums their names, instants RFC 3339.
    private static JsonObject TypeOf(FieldDescriptor field, JsonObject schemas) => field.FieldType switch
    {
        FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" => new() { ["type"] = "string", ["format"] = "date-time" },
        FieldType.Message => Reference(field.MessageType, schemas),
        FieldType.Enum => new() { ["type"] = "string", ["enum"] = new JsonArray([.. field.EnumType.Values.Select(value => (JsonNode)value.Name)]) },
        FieldType.Bool => new() { ["type"] = "boolean" },
        FieldType.Double or FieldType.Float => new() { ["type"] = "number" },
        FieldType.Int32 or FieldType.UInt32 => new() { ["type"] = "integer", ["format"] = "int32" },
        FieldType.Int64 or FieldType.UInt64 => new() { ["type"] = "string", ["format"] = "int64" },
        _ => new() { ["type"] = "string" },
    };
}
