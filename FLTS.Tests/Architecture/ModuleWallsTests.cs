using FLTS.Modules;
using Mono.Cecil;
using Mono.Cecil.Cil;
using NUnit.Framework;

namespace FLTS.Tests.Architecture;

[TestFixture, Parallelizable]
internal sealed class ModuleWallsTests
{
    private const string Root = "FLTS.Modules";
    private const string Field = "Field";
    private const string Body = "Body";

    private static readonly ModuleDefinition _planted = PlantEveryPair();

    [OneTimeTearDown]
    public static void Forget() => _planted.Dispose();

    private static IEnumerable<TestCaseData> Forbidden =>
        ModuleWalls.Forbidden.Select(p => new TestCaseData(p.User, p.Used).SetArgDisplayNames(p.User, p.Used));

    [TestCaseSource(nameof(Forbidden))]
    public void A_part_does_not_know_one_that_is_not_its_own(string user, string used)
    {
        Assert.That(ModuleWalls.Breaches(Assemblies.Modules, Root, user, used), Is.Empty);

        // One planted type for this pair, which uses the other in a field, and one that uses it in a method's body.
        var found = ModuleWalls.Breaches(_planted, Root, user, used);
        Assert.That(
            found, Is.EquivalentTo(new[] { Breach(Field), Breach(Body) }), "the rule cannot fail: it did not find what was planted");

        string Breach(string where) => $"{Root}.{user}.{Name(user, used, where)} uses {Root}.{used}";
    }

    [Test]
    public void Every_module_stands_between_walls_and_nothing_lies_outside_of_them()
    {
        var lost = Assemblies.Modules.GetTypes()
            .Where(t => t.DeclaringType is null && TypeUses.IsBelow(t.Namespace, Root) && t.Namespace != Root)
            .Where(t => !ModuleWalls.Parts.Any(p => TypeUses.IsBelow(t.Namespace, $"{Root}.{p}")));
        Assert.That(lost.Select(t => t.FullName), Is.Empty, "a folder that is no module of the catalog");
        Assert.That(
            ModuleWalls.Forbidden,
            Has.Member(("Storage", "Registry")).And.Member(("Contracts", "Registry")).And.Member(("Training.Gru", "Training.Lstm")));
        Assert.That(ModuleWalls.Forbidden, Has.No.Member(("Training.Gru", "Training")));
    }

    [Test]
    public void Kit_uses_of_the_numerical_core_only_its_faults()
    {
        Assert.That(ModuleWalls.MoreThanFaults(ModuleWalls.OfPart(Assemblies.Modules, Root, "Kit"), "FLTS.Forecasting"), Is.Empty);
        Assert.That(ModuleWalls.MoreThanFaults(Assemblies.Planted("Kit"), "FLTS.Forecasting"),
            Has.Some.Contains("KitThatForecasts").And.None.Contains("KitThatThrows"));
    }

    [Test]
    public void Every_module_is_in_the_catalog_once()
    {
        var written = typeof(ModuleCatalog).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false, IsInterface: false } && typeof(IModule).IsAssignableFrom(t));

        Assert.That(ModuleCatalog.All.Select(m => m.GetType()), Is.EquivalentTo(written));
        Assert.That(ModuleCatalog.All.Select(m => m.Name), Is.Unique);
    }

    private static string Name(string user, string used, string where) =>
        $"{user}That{where}Uses{used}".Replace(".", "", StringComparison.Ordinal);

    /// <summary>An assembly, never loaded, that breaks each wall twice.</summary>
    private static ModuleDefinition PlantEveryPair()
    {
        var module = ModuleDefinition.CreateModule("Planted", ModuleKind.Dll);
        var targets = ModuleWalls.Parts.ToDictionary(p => p, p => Define($"{Root}.{p}", "Something"));
        foreach (var (user, used) in ModuleWalls.Forbidden)
        {
            var holder = Define($"{Root}.{user}", Name(user, used, Field));
            holder.Fields.Add(new FieldDefinition("_other", FieldAttributes.Private, targets[used]));

            var method = new MethodDefinition("Do", MethodAttributes.Public, module.TypeSystem.Void);
            method.Body.Instructions.Add(Instruction.Create(OpCodes.Ldtoken, targets[used]));
            method.Body.Instructions.Add(Instruction.Create(OpCodes.Pop));
            method.Body.Instructions.Add(Instruction.Create(OpCodes.Ret));
            Define($"{Root}.{user}", Name(user, used, Body)).Methods.Add(method);
        }

        return module;

        TypeDefinition Define(string space, string name)
        {
            var type = new TypeDefinition(space, name, TypeAttributes.NotPublic | TypeAttributes.Sealed, module.TypeSystem.Object);
            module.Types.Add(type);
            return type;
        }
    }
}
