"""Ordinary German words and names that are one letter away from a word of time, and are not a slip of it."""

from __future__ import annotations

LOOKALIKES = """
ente enden wende sende lende erde ender mitten empfang anhang umfang spaetens viel neue erst dies neu oben ach nen froh haut meer jung mark mord hals heim jean free hut heft seht set marc heil more
mary funk half hebt hob hit mars freu hall dreh wohn zahn jane fund nenn abi mehr moon vieh mon mona jahn naht sekt merz
elke vie hei navi het sepp heu nam mara tape wich hein elle mont mayr heat halo mae mare nene jule juri mohn tagt mari
mart tabs este jen juso mohr eint hale horb mor hoi hue noll zehe junk mora halm maar mair tals heiz heid moro wer bier
tier gier zier wehr sehr wagen wegen fragen sagen lagen magen uhl uhu
eines einer einem viele vielen neuen neuer vater jungs getan halte feuer halle osten freue freuen josef einst taten summe
mauer nette netten feier julia nackt trage maler nenne mayer maier jagen ernte zweit achse achsen feder wache diebe
sachs julie funde zehen dritt jules hefte drehe drehen funke wucht haube magere elfen diene mager maren marge haute
julio oster viert naomi mater heizt elfer haber tagte ester manuel janis diele zehnt drein marke marken warten karten garten
mader varel fiber viper heule halse moran esten feger morse erbte aber eben
nichts kommen gekommen halten tragen stimme zeiten diener dienen johann dieter drittel siegen betrag zweier hunderte
folgendes soeben diesel erstens zweitens halbes dreier fieber netter letztere julius johanna verletzt verletzte heftige
morgan niklas siegte leopold minden martina montage ernste ernstes hallen wachen ernten nichte vorherige ausfahrt neusten
abende hindert drittens halter stande elster gesten halfen augustus gestein zweige ernster jaguar geistern gestand
mittig neuste gestank taugen vierer zehntel zweigen viersen martins jenaer vorheriger nester silben auguste augusta
sonntage johannis sachse zehner verletzter freital freytag sonntagen nikola sieber fuenfer sechser fuenft mitten mittel
marten stunden staendchen viertens wichen johanns martine josefs hauben julias halden nikolas samstagen
macht weiter echt maenner lage dachte sorgen machte lieben tiere sage echte moegen standen big uni eier kochen machten
echten nazi jener ritter weber echter weite lacht weiten hagen beute elite elbe bull jochen reste baer dei lehnte
meins full uno ver leber dachten wei woelfe keins page take act helfe liebte wacht achtet etage mer age monte zweig
wage alb gehn morden sehn view stuende lachte uli vage eliten kenner zen mami etagen brei seins ami koche renner sami
stage zins penner else niere ernsten rage unis huete kalb machts yacht fuenftel faber roche deins pier stuenden judo
hal nenner erstere ragen biere cage resten lehnten dacht vierteln pochen maker sonate drew gage neon tate
lachten meute pacht zweien siegten gerste nullen febr viertels wachte abg bins juris tale tunis dritteln liebten pull
lehn minutes enns geber nell pins tritte dieben deute jain fever sichs achtel jaeh ritten kuno hull sachte sacht
lobend maezen taken margen taxen vagen written zuenfte eber heber nocht einw borgen fritten morten hegte
kersten sonaten weins neuner nagen yachten kuli mitmach rochen britten dehnte stund rami jacht jae jage pachten siezen
driften ens ferber sehnte zierte caen hald bersten sechstel wachter avril hage wins nachos sins echse tritten achtern
aer augusto donate gerster buli dier junius mahr pagen tagein zehnder nati amer bend felber haeute dehn laen nacho
laer maeh viet benner denner mull taxe heulte joni nai nier vere lochen reute wachten nachf ache ele gagen henner jann
lins maher taggen albig kami marr elze horgen tami joche wenner arend augusti elter kulis nama nani nomi zierten jani
sieden vivre siebt
dessen neues haelt hans beginnt fans begann wolf endet wach muell miete enge zaehne marx neuem moege end neuesten
wuchs duell neueste tasse vaeter fun nackte harz verletzten anfaengt vergangen heftigen letztens banner neuere morde
mans anfaenge uebernachten beginne endes waechter hunt janeiro tassen anfing haller nat maechte seat matte dans heult
manner gans taete laege paechter ruh heilt sans zeh beging moers koeche sitte marien saege fuellte dreien traege heuss
dress marl hegt ming witte anfaengst nachsicht sepa naehte oesterr malz saegen neuester letter raecht halbem taeten
vieren maechten tanner laegen quell saeen fuellten motte nate heul neuestem neuestes naehten woah ene mori monet
duesen duese hanauer huetet mort neuenahr maz vans auffuehrt enke halde hiob mende warzen manz nantes moving wucher
ede wolfe hurt nagt dissen halver letten mette danner martino sent ueli ends jans tas fuell nauen somme
waegen dielen endo drittels oaks achtest bueno oas simmel julian julians man mag gar hat max bar
"""
