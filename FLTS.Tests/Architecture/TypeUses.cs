using Mono.Cecil;

namespace FLTS.Tests.Architecture;

/// <summary>Which types a compiled type uses: in its declaration, its members' signatures, attributes and bodies.</summary>
internal static class TypeUses
{
    public static bool IsBelow(string space, string below) =>
        space == below || (space.StartsWith(below, StringComparison.Ordinal) && space[below.Length] == '.');

    public static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>Every type used, the outermost one where it is nested.</summary>
    public static HashSet<(string Namespace, string Name)> Of(TypeDefinition type)
    {
        var found = new HashSet<(string, string)>();
        Add(type.BaseType);
        foreach (var face in type.Interfaces)
            Add(face.InterfaceType);
        Attributes(type);
        Constraints(type);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
            Attributes(field);
        }

        foreach (var property in type.Properties)
            Attributes(property);

        foreach (var method in type.Methods)
        {
            Signature(method);
            Attributes(method);
            Constraints(method);
            foreach (var parameter in method.Parameters)
                Attributes(parameter);
            if (!method.HasBody)
                continue;

            foreach (var local in method.Body.Variables)
                Add(local.VariableType);
            foreach (var handler in method.Body.ExceptionHandlers)
                Add(handler.CatchType);
            foreach (var instruction in method.Body.Instructions)
                Operand(instruction.Operand);
        }

        return found;

        void Operand(object? operand)
        {
            switch (operand)
            {
                case TypeReference used:
                    Add(used);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
                case MethodReference called:
                    Add(called.DeclaringType);
                    Signature(called);
                    break;
            }
        }

        void Signature(MethodReference method)
        {
            Add(method.ReturnType);
            foreach (var parameter in method.Parameters)
                Add(parameter.ParameterType);
            if (method is GenericInstanceMethod generic)
            {
                foreach (var argument in generic.GenericArguments)
                    Add(argument);
            }
        }

        void Attributes(ICustomAttributeProvider provider)
        {
            foreach (var attribute in provider.CustomAttributes)
            {
                Add(attribute.AttributeType);
                foreach (var argument in attribute.ConstructorArguments.Where(a => a.Value is TypeReference))
                    Add((TypeReference)argument.Value);
            }
        }

        void Constraints(IGenericParameterProvider provider)
        {
            foreach (var constraint in provider.GenericParameters.SelectMany(p => p.Constraints))
                Add(constraint.ConstraintType);
        }

        void Add(TypeReference? used)
        {
            switch (used)
            {
                case null or GenericParameter:
                    return;
                case GenericInstanceType generic:
                    foreach (var argument in generic.GenericArguments)
                        Add(argument);
                    break;
                case IModifierType modified:
                    Add(modified.ModifierType);
                    break;
            }

            if (used is TypeSpecification inner)
            {
                Add(inner.ElementType);
                return;
            }

            while (used.DeclaringType is { } outer)
                used = outer;
            found.Add((used.Namespace, used.Name));
        }
    }
}
