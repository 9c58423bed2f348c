using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FleetConsole.Architecture.Tests.Harness;

/// <summary>
/// The types that a type uses anywhere: bases, signatures, attributes, bodies, and what the compiler made of its lambdas
/// and async methods. Full names of outermost types.
/// </summary>
internal sealed class Uses
{
    private readonly HashSet<string> _names = [];

    public static IReadOnlyDictionary<string, IReadOnlySet<string>> In(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return module.Types.ToDictionary(type => type.FullName, Of);
    }

    private static IReadOnlySet<string> Of(TypeDefinition type)
    {
        var uses = new Uses();
        uses.Add(type);
        return uses._names;
    }

    private void Add(TypeDefinition type)
    {
        Add(type.BaseType);
        Add(type.Interfaces.Select(i => i.InterfaceType));
        Add(type.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
        Add(type.CustomAttributes);
        foreach (var nested in type.NestedTypes)
            Add(nested);
        foreach (var property in type.Properties)
            Add(property.CustomAttributes);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
            Add(field.CustomAttributes);
        }

        foreach (var method in type.Methods)
            Add(method);
    }

    private void Add(MethodDefinition method)
    {
        Signature(method);
        Add(method.CustomAttributes);
        Add(method.Parameters.SelectMany(p => p.CustomAttributes));
        Add(method.GenericParameters.SelectMany(p => p.Constraints).Select(c => c.ConstraintType));
        if (!method.HasBody)
            return;
        Add(method.Body.Variables.Select(variable => variable.VariableType));
        Add(method.Body.ExceptionHandlers.Select(handler => handler.CatchType));
        foreach (var instruction in method.Body.Instructions)
            Operand(instruction);
    }

    private void Operand(Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type);
                break;
            case FieldReference field:
                Add(field.DeclaringType);
                Add(field.FieldType);
                break;
            case MethodReference method:
                Signature(method);
                break;
        }
    }

    private void Signature(MethodReference method)
    {
        Add(method.DeclaringType);
        Add(method.ReturnType);
        Add(method.Parameters.Select(parameter => parameter.ParameterType));
        if (method is GenericInstanceMethod generic)
            Add(generic.GenericArguments);
    }

    private void Add(IEnumerable<CustomAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            Signature(attribute.Constructor);
            Add(attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference));
        }
    }

    private void Add(IEnumerable<TypeReference?> types)
    {
        foreach (var type in types)
            Add(type);
    }

    private void Add(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                Add(generic.ElementType);
                Add(generic.GenericArguments);
                return;
            case TypeSpecification made:
                Add(made.ElementType);
                return;
            case { DeclaringType: { } outer }:
                Add(outer);
                return;
            default:
                _names.Add(type.FullName);
                return;
        }
    }
}
